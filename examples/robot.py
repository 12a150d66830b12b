"""A robot for `sinew stream`, in Python: put your hardware into Servos, its limits here and into examples/robot.yaml.
It needs python3-zmq and python3-msgpack. docs/protocol.md has every message; examples/robot.cpp does more in fewer."""
import math, struct, sys, time, types
import msgpack, zmq
NAMES, UNITS, RATE, MAX_AGE, WATCHDOG, BLEND = ["pan", "tilt"], ["rad", "rad"], 50, 0.06, 0.2, 0.5
LIMITS = [dict(name=name, command="position", position=[-reach, reach], velocity=4, acceleration=60, step=0.5,
               when_stopped="hold") for name, reach in zip(NAMES, (1.5, 0.8))]
INTERFACE = dict(sensors=[dict(name="joints", type="float32", shape=[2], labels=NAMES, units=UNITS)],
                 actions=dict(rate=RATE, parts=[dict(name="actuators", labels=NAMES, units=UNITS, low=[-1.5, -0.8],
                                                     high=[1.5, 0.8])]))
UNCONFIGURED, INACTIVE, ARMED, STOPPED, EMERGENCY, LINK_LOST, OPERATOR = 0, 1, 2, 3, 7, 8, 9
class Servos:  # that are not there: they follow what they are told
    position, velocity = [0.0, 0.0], [0.0, 0.0]
    def command(self, target):  # rad, at each tick
        self.velocity = [0.3 * RATE * (t - p) for t, p in zip(target, self.position)]
        self.position = [p + 0.3 * (t - p) for t, p in zip(target, self.position)]

def listen(kind, address):
    socket = zmq.Context.instance().socket(kind)
    socket.maxmsgsize, socket.linger, socket.sndhwm = 1 << 19, 0, 2
    socket.bind(address)
    return socket
def send(*frames, **header):
    link.send_multipart([me.controller, msgpack.packb(header), *frames], zmq.DONTWAIT)
def halt(why):
    if me.mode == ARMED or why == EMERGENCY: me.mode, me.alarm, me.target = STOPPED, why, servos.position

def obey(action, values, now):  # refuses what must not be obeyed, and limits the rest
    if (me.mode != ARMED or len(values) != 2 or not all(map(math.isfinite, values)) or action["session"] != me.session
            or action["sequence"] <= me.action or not 0 <= now - action["observed_at"] <= MAX_AGE): raise ValueError
    share, seconds, here = min(1.0, (now - me.armed) / BLEND), min(now - me.obeyed, MAX_AGE), servos.position
    for i, limit in enumerate(LIMITS):
        wanted, (least, most) = me.start[i] + share * (values[i] - me.start[i]), limit["position"]
        low = max(here[i] - limit["step"], me.target[i] - limit["velocity"] * seconds)
        high = min(here[i] + limit["step"], me.target[i] + limit["velocity"] * seconds)
        me.limited += not max(low, least) <= wanted <= min(high, most)
        me.target[i] = min(max(min(max(wanted, low), high), least), most)
    me.action, me.action_age, me.obeyed = action["sequence"], now - action["observed_at"], now

def handle(sender, message, frames, now):
    if sender != me.controller and (message["kind"] != "hello" or me.controller): return  # one at a time
    me.controller, me.heard, kind, me.arrived = sender, now, message["kind"], me.arrived + (message["kind"] == "action")
    if kind == "hello":
        halt(LINK_LOST)
        if (message["version"], message["limits"]) != (1, LIMITS): return send(kind="refused", why=f"I have {LIMITS}")
        me.mode = max(me.mode, INACTIVE)
        send(kind="welcome", version=1, robot="pan_tilt", limits=LIMITS, last_session=me.session, interface=INTERFACE)
    if kind == "heartbeat": send(kind="heartbeat_reply", sent=message["sent"], received=now)
    if kind == "arm" and me.mode == INACTIVE and message["session"] > me.session:
        me.mode, me.session, me.action, me.armed, me.obeyed = ARMED, message["session"], 0, now, now
        me.start, me.target = list(servos.position), list(servos.position)
    if kind == "acknowledge" and me.mode == STOPPED: me.mode, me.alarm = INACTIVE, 0
    if kind == "stop": halt(OPERATOR)
    if kind == "action": obey(message, struct.unpack(f"<{len(frames[0]) // 8}d", frames[0]), now)

servos, addresses = Servos(), sys.argv[1:] or ["tcp://127.0.0.1:5570", "tcp://127.0.0.1:5571"]
link, emergency = map(listen, (zmq.ROUTER, zmq.REP), addresses)
print("listens on", link.LAST_ENDPOINT.decode(), emergency.LAST_ENDPOINT.decode(), flush=True)
me = types.SimpleNamespace(mode=UNCONFIGURED, alarm=0, controller=None, heard=0.0, session=0, sequence=0, action=0,
                           action_age=0.0, target=[0.0, 0.0], start=[0.0, 0.0], armed=0.0, obeyed=0.0, arrived=0,
                           refused=0, limited=0, deadline=0.0)
while True:
    now = time.monotonic()
    while link.poll(0):
        sender, *frames = link.recv_multipart()
        try: handle(sender, msgpack.unpackb(frames[0]), frames[1:], now)
        except Exception: me.refused += 1  # no message, or an action that must not be obeyed
    if emergency.poll(0): emergency.send(emergency.recv()), halt(EMERGENCY)
    if now - me.obeyed > WATCHDOG: halt(LINK_LOST)
    if now - me.heard > 0.5: me.controller = None
    if me.mode >= ARMED: servos.command(me.target)
    me.sequence += 1
    numbers, joints = struct.pack("<2f", *servos.position), struct.pack("<4d", *servos.position, *servos.velocity)
    try: me.controller and send(numbers, joints, kind="observation", session=me.session * (me.mode == ARMED), stamp=now,
                                sequence=me.sequence, mode=me.mode, alarm=me.alarm, action=me.action, images=0,
                                action_age=me.action_age, arrived=me.arrived, refused=me.refused, limited=me.limited)
    except zmq.ZMQError: pass  # the newest counts
    me.deadline = max(me.deadline + 1 / RATE, time.monotonic())
    time.sleep(max(0, me.deadline - time.monotonic()))
