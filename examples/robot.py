"""A robot for `sinew stream`, in Python: put your hardware into Servos, its limits here and into examples/robot.yaml.
It needs python3-zmq and python3-msgpack. docs/protocol.md has every message; examples/robot.cpp does more in fewer."""
import collections, math, struct, sys, time, types, msgpack, zmq
NAMES, UNITS, LOW, HIGH = ["pan", "tilt"], ["rad", "rad"], [-1.5, -0.8], [1.5, 0.8]
RATE, MAX_AGE, WATCHDOG, BLEND, LINK_TIMEOUT = 50, 0.06, 0.2, 0.5, 0.5  # Hz, and s
TIMING = dict(max_age=MAX_AGE, watchdog=WATCHDOG, blend=BLEND, link_timeout=LINK_TIMEOUT)
LIMITS = [dict(name=name, command="position", position=[low, high], velocity=4, acceleration=60, step=0.5,
               when_stopped="hold") for name, low, high in zip(NAMES, LOW, HIGH)]
INTERFACE = dict(sensors=[dict(name="joints", type="float32", shape=[2], labels=NAMES, units=UNITS)], actions=dict(
    rate=RATE, parts=[dict(name="actuators", labels=NAMES, units=UNITS, low=LOW, high=HIGH)]))
UNCONFIGURED, INACTIVE, ARMED, STOPPED, EMERGENCY, LINK_LOST, OPERATOR = 0, 1, 2, 3, 7, 8, 9
WORDS = {EMERGENCY: "emergency stop", LINK_LOST: "no actions arrive", OPERATOR: "stopped by the operator"}
class Servos:  # that are not there: they follow what they are told
    position, velocity = [0.0, 0.0], [0.0, 0.0]
    def command(self, target):  # rad, at each tick
        self.velocity = [0.3 * RATE * (t - p) for t, p in zip(target, self.position)]
        self.position = [p + 0.3 * (t - p) for t, p in zip(target, self.position)]

def listen(address):  # what its peers do not take is dropped
    socket = zmq.Context.instance().socket(zmq.ROUTER)
    socket.maxmsgsize, socket.linger, socket.hwm, socket.router_handover = 1 << 19, 0, 2, 1
    socket.bind(address)
    return socket
def receive(socket):  # a message's frames; none: there is no message
    try: return socket.recv_multipart(zmq.DONTWAIT)
    except zmq.Again: return []
def send(to, kind, *frames, **header): link.send_multipart([to, msgpack.packb(dict(header, kind=kind)), *frames])
def halt(alarm, why=""):  # until it is acknowledged; an emergency stop, until it is released
    if me.mode == ARMED or (me.mode != STOPPED and alarm == EMERGENCY): me.target = servos.position
    if me.mode == ARMED or alarm == EMERGENCY: me.mode, me.alarm, me.why = STOPPED, alarm, why or WORDS[alarm]
def press(frames):  # whatever comes to the emergency stop stops, but a release; the answer says that it is done
    try: said = dict(pairs := msgpack.unpackb(frames[-1], object_pairs_hook=list))
    except Exception: said = pairs = {}
    is_alone = frames[1:-1] in ([], [b""]) and len(pairs) == len(said) == 2 and isinstance(said.get("why"), str)
    releases = is_alone and said.get("kind") == "release"
    if not releases: halt(EMERGENCY)
    elif me.alarm == EMERGENCY: me.mode, me.alarm, me.why = INACTIVE, 0, ""
    emergency.send_multipart(frames)
def near(value, middle, reach): return min(max(value, middle - reach), middle + reach)
def braking_speed(distance, acceleration, seconds):  # from which a joint stops within the distance, in steps of seconds
    step = 0.5 * acceleration * seconds
    return math.sqrt(step * step + 2 * acceleration * max(0.0, distance)) - step

def begin_tick():  # several actions that come in one tick all count from its beginning: the last one is obeyed
    me.before, me.since = (list(me.target), list(me.rate)), me.obeyed

def obey(action, values, now):  # refuses what must not be obeyed, and limits the rest
    for is_wrong, why in ((me.mode != ARMED or action["session"] != me.session, "of another session"),
                          (len(values) != 2, "not one number for each actuator"),
                          (not all(map(math.isfinite, values)), "not finite"),
                          (action["sequence"] <= me.action, "repeated or overtaken"),
                          (me.stamps.get(action["answers"]) != action["observed_at"], "observed_at is no stamp"),
                          (not 0 <= now - action["observed_at"] <= MAX_AGE, "too late")):
        if is_wrong: raise ValueError(why)
    share, seconds = min(1.0, (now - me.armed) / BLEND), min(max(now - me.since, 0.001), MAX_AGE)
    for i, (limit, here, told, was) in enumerate(zip(LIMITS, servos.position, *me.before)):
        fastest, slowing = limit["velocity"], limit["acceleration"]
        wanted = me.start[i] + share * (values[i] - me.start[i])
        rate = near((min(max(wanted, LOW[i]), HIGH[i]) - told) / seconds, was, slowing * seconds)
        rate = min(near(rate, 0, fastest), braking_speed(HIGH[i] - told, slowing, seconds))
        rate = max(rate, -braking_speed(told - LOW[i], slowing, seconds))
        target = near(near(told + seconds * rate, here, limit["step"]), told, fastest * seconds)
        target = min(max(target, LOW[i]), HIGH[i])
        me.target[i], me.rate[i] = target, (target - told) / seconds
        me.limited += abs(target - wanted) > 1e-9
    me.action, me.action_age, me.obeyed = action["sequence"], now - action["observed_at"], now
    me.reasons.clear()

def disagreement(hello):
    if hello["version"] != 2: return f"I speak version 2 of the protocol, not {hello['version']}"
    for name, theirs, own in (("limits", hello["limits"], LIMITS), ("timing", hello["timing"], TIMING),
                              ("actions", hello["interface"]["actions"], INTERFACE["actions"])):
        if theirs != own: return f"{name}: I have {own}, the policy's robot file {theirs}"
    strange = [sensor["name"] for sensor in hello["interface"]["sensors"] if sensor not in INTERFACE["sensors"]]
    if strange: return f"sensors: I have {INTERFACE['sensors']}, and not {strange} as the policy wants them"
def refuse(why):
    me.refused += 1
    if len(me.reasons) < 20: me.reasons[why] += 1  # since an action was obeyed
def greet(sender, hello, now):
    if me.controller not in (b"", sender): return send(sender, "refused", why="another policy controls the robot")
    halt(LINK_LOST, "the policy greeted again, so it has lost its state")
    if why := disagreement(hello): return send(sender, "refused", why=why)
    me.controller, me.heard, me.mode = sender, now, max(me.mode, INACTIVE)
    send(sender, "welcome", version=2, robot="pan_tilt", limits=LIMITS, timing=TIMING, interface=INTERFACE,
         last_session=me.session)
def handle(sender, message, frames, now):
    if message["kind"] == "hello": return greet(sender, message, now)
    if sender != me.controller: return
    kind, me.heard, me.arrived = message["kind"], now, me.arrived + (message["kind"] == "action")
    if kind == "heartbeat": send(sender, "heartbeat_reply", sent=message["sent"], received=now)
    if kind == "arm" and me.mode == INACTIVE and 0 < message["session"] - me.session <= 1 << 32:
        me.mode, me.session, me.action, me.armed, me.obeyed = ARMED, message["session"], 0, now, now
        me.reasons.clear()
        me.start, me.target, me.rate = list(servos.position), list(servos.position), [0.0, 0.0]
        begin_tick()
    if kind == "acknowledge" and me.mode == STOPPED and me.alarm != EMERGENCY:
        me.mode, me.alarm, me.why = INACTIVE, 0, ""
    if kind == "stop": halt(OPERATOR)
    if kind == "action": obey(message, struct.unpack(f"<{len(frames[0]) // 8}d", frames[0]), now)

link, emergency = map(listen, sys.argv[1:] or ["tcp://127.0.0.1:5570", "tcp://127.0.0.1:5571"])
print("listens on", link.LAST_ENDPOINT.decode(), emergency.LAST_ENDPOINT.decode(), flush=True)
servos, me = Servos(), types.SimpleNamespace(mode=UNCONFIGURED, alarm=0, why="", controller=b"", session=0, action=0,
    heard=0, armed=0, sequence=0, action_age=0, obeyed=0, arrived=0, refused=0, limited=0, target=[], rate=[],
    stamps={}, reasons=collections.Counter())  # stamps: of the last observations
while now := time.monotonic():
    begin_tick()
    while time.monotonic() < now + 0.5 / RATE and (message := receive(link)):
        try: handle(message[0], msgpack.unpackb(message[1]), message[2:], now)
        except Exception as error:  # an action that must not be obeyed, or no message
            if message[0] == me.controller: refuse(str(error)[:99])
            else: send(message[0], "refused", why=f"no message of the protocol: {error!r}"[:99])
    if frames := receive(emergency): press(frames)
    if now - me.obeyed > WATCHDOG:
        halt(LINK_LOST, me.reasons and "actions came, all refused, most of them: " + me.reasons.most_common(1)[0][0])
    if now - me.heard > LINK_TIMEOUT: me.controller = b""
    if me.mode >= ARMED: servos.command(me.target)
    me.sequence += 1
    me.stamps[me.sequence] = now
    me.stamps.pop(me.sequence - 2 * RATE, None)
    send(me.controller, "observation", struct.pack("<2f", *servos.position),
         struct.pack("<4d", *servos.position, *servos.velocity), session=me.session * (me.mode == ARMED), images=0,
         sequence=me.sequence, stamp=now, mode=me.mode, alarm=me.alarm, why=me.why, action=me.action,
         action_age=me.action_age, arrived=me.arrived, refused=me.refused, limited=me.limited)
    time.sleep(1 / RATE - time.monotonic() % (1 / RATE))
