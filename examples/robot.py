"""A robot for `sinew stream`, in Python: put your hardware into Servos, its limits here and into examples/robot.yaml.
It needs python3-zmq and python3-msgpack. docs/protocol.md has every message; examples/robot.cpp does more in fewer."""
import math, struct, sys, time, types, msgpack, zmq
NAMES, UNITS, LOW, HIGH = ["pan", "tilt"], ["rad", "rad"], [-1.5, -0.8], [1.5, 0.8]
RATE, MAX_AGE, WATCHDOG, BLEND, LINK_TIMEOUT = 50, 0.06, 0.2, 0.5, 0.5  # Hz, and s
LIMITS = [dict(name=name, command="position", position=[low, high], velocity=4, acceleration=60, step=0.5,
               when_stopped="hold") for name, low, high in zip(NAMES, LOW, HIGH)]
INTERFACE = dict(sensors=[dict(name="joints", type="float32", shape=[2], labels=NAMES, units=UNITS)], actions=dict(
    rate=RATE, parts=[dict(name="actuators", labels=NAMES, units=UNITS, low=LOW, high=HIGH)]))
UNCONFIGURED, INACTIVE, ARMED, STOPPED, EMERGENCY, LINK_LOST, OPERATOR = 0, 1, 2, 3, 7, 8, 9
class Servos:  # that are not there: they follow what they are told
    position, velocity = [0.0, 0.0], [0.0, 0.0]
    def command(self, target):  # rad, at each tick
        self.velocity = [0.3 * RATE * (t - p) for t, p in zip(target, self.position)]
        self.position = [p + 0.3 * (t - p) for t, p in zip(target, self.position)]

def listen(kind, address):  # what its peers do not take is dropped
    socket = zmq.Context.instance().socket(kind)
    socket.maxmsgsize, socket.linger, socket.hwm, socket.router_handover = 1 << 19, 0, 2, 1
    socket.bind(address)
    return socket
def receive(socket):  # a message's frames; none: there is no message
    try: return socket.recv_multipart(zmq.DONTWAIT)
    except zmq.Again: return []
def send(to, kind, *frames, **header): link.send_multipart([to, msgpack.packb(dict(header, kind=kind)), *frames])
def halt(why):  # until it is acknowledged
    if me.mode == ARMED or (me.mode != STOPPED and why == EMERGENCY):
        me.mode, me.alarm, me.target = STOPPED, why, servos.position
def near(value, middle, reach): return min(max(value, middle - reach), middle + reach)

def obey(action, values, now):  # refuses what must not be obeyed, and limits the rest
    if (me.mode != ARMED or len(values) != 2 or not all(map(math.isfinite, values)) or action["session"] != me.session
            or action["sequence"] <= me.action or not 0 <= now - action["observed_at"] <= MAX_AGE): raise ValueError
    share, seconds = min(1.0, (now - me.armed) / BLEND), min(max(now - me.obeyed, 0.001), MAX_AGE)
    for i, (limit, here, told) in enumerate(zip(LIMITS, servos.position, me.target)):
        wanted = me.start[i] + share * (values[i] - me.start[i])
        rate = near(near((wanted - told) / seconds, me.rate[i], limit["acceleration"] * seconds), 0, limit["velocity"])
        target = min(max(near(told + seconds * rate, here, limit["step"]), LOW[i]), HIGH[i])
        me.target[i], me.rate[i] = target, (target - told) / seconds
        me.limited += abs(target - wanted) > 1e-9
    me.action, me.action_age, me.obeyed = action["sequence"], now - action["observed_at"], now

def greet(sender, hello, now):
    if me.controller not in (b"", sender): return send(sender, "refused", why="another policy controls the robot")
    halt(LINK_LOST)  # who greets anew has forgotten what was before
    if (hello["version"], hello["limits"], hello["interface"]["actions"]["rate"]) != (1, LIMITS, RATE):
        return send(sender, "refused", why=f"I speak version 1, at {RATE} Hz, and have the limits {LIMITS}")
    me.controller, me.heard, me.mode = sender, now, max(me.mode, INACTIVE)
    send(sender, "welcome", version=1, robot="pan_tilt", limits=LIMITS, interface=INTERFACE, last_session=me.session)
def handle(sender, message, frames, now):
    if message["kind"] == "hello": return greet(sender, message, now)
    if sender != me.controller: return
    kind, me.heard, me.arrived = message["kind"], now, me.arrived + (message["kind"] == "action")
    if kind == "heartbeat": send(sender, "heartbeat_reply", sent=message["sent"], received=now)
    if kind == "arm" and me.mode == INACTIVE and message["session"] > me.session:
        me.mode, me.session, me.action, me.armed, me.obeyed = ARMED, message["session"], 0, now, now
        me.start, me.target, me.rate = list(servos.position), list(servos.position), [0.0, 0.0]
    if kind == "acknowledge" and me.mode == STOPPED: me.mode, me.alarm = INACTIVE, 0
    if kind == "stop": halt(OPERATOR)
    if kind == "action": obey(message, struct.unpack(f"<{len(frames[0]) // 8}d", frames[0]), now)

link, emergency = map(listen, (zmq.ROUTER, zmq.REP), sys.argv[1:] or ["tcp://127.0.0.1:5570", "tcp://127.0.0.1:5571"])
print("listens on", link.LAST_ENDPOINT.decode(), emergency.LAST_ENDPOINT.decode(), flush=True)
servos, me = Servos(), types.SimpleNamespace(mode=UNCONFIGURED, alarm=0, controller=b"", session=0, action=0, heard=0,
    armed=0, sequence=0, action_age=0, obeyed=0, arrived=0, refused=0, limited=0)
while now := time.monotonic():
    while time.monotonic() < now + 0.5 / RATE and (message := receive(link)):
        try: handle(message[0], msgpack.unpackb(message[1]), message[2:], now)
        except Exception: me.refused += message[0] == me.controller  # an action that must not be obeyed, or no message
    if stop := receive(emergency): halt(EMERGENCY), emergency.send_multipart(stop)
    if now - me.obeyed > WATCHDOG: halt(LINK_LOST)
    if now - me.heard > LINK_TIMEOUT: me.controller = b""
    if me.mode >= ARMED: servos.command(me.target)
    me.sequence += 1
    send(me.controller, "observation", struct.pack("<2f", *servos.position),
         struct.pack("<4d", *servos.position, *servos.velocity), session=me.session * (me.mode == ARMED), images=0,
         sequence=me.sequence, stamp=now, mode=me.mode, alarm=me.alarm, action=me.action, action_age=me.action_age,
         arrived=me.arrived, refused=me.refused, limited=me.limited)
    time.sleep(1 / RATE - time.monotonic() % (1 / RATE))
