#!/usr/bin/env python3
"""An ESME on PyPI aiosmpplib that checks a message centre through the package's
broker, correlator and hook.  See ../README.md.

Prints one line of JSON and exits 0 (all as expected) or 1.
"""
import argparse
import asyncio
import json
import logging
import sys

from aiosmpplib import ESME, NPI, TON, PhoneNumber, SubmitSm
from aiosmpplib import hook as aihook
from aiosmpplib.broker import SimpleBroker
from aiosmpplib.correlator import SimpleCorrelator
from aiosmpplib.protocol import (BindReceiverResp, BindTransceiverResp, BindTransmitterResp, DeliverSm, EnquireLinkResp, GenericNack,
                                 SubmitSmResp)
from aiosmpplib.state import BindMode, SmppSessionState

MODES = {"trx": BindMode.TRANSCEIVER, "tx": BindMode.TRANSMITTER, "rx": BindMode.RECEIVER}


class Watch(aihook.AbstractHook):
    def __init__(self):
        self.bind = None
        self.bind_status = None
        self.answers = {}           # log_id -> status of the (last) response
        self.receipts = {}          # log_id -> parsed receipt
        self.stray = 0
        self.mo = []
        self.enquire = 0            # enquire_link_resp received
        self.asked = 0              # enquire_link received; the package then has no need to ask
        self.errors = []
        self.nacks = 0
        self.unparsed = []

    async def sending(self, smpp_message, pdu, client_id):
        pass

    async def received(self, smpp_message, pdu, client_id):
        cid, status = int.from_bytes(pdu[4:8], "big"), int.from_bytes(pdu[8:12], "big")
        if cid in (0x80000001, 0x80000002, 0x80000009):
            self.bind_status = status
        self.asked += cid == 0x15
        m = smpp_message
        if m is None:
            # segments of a concatenated message also arrive as None
            if cid not in (0x80000001, 0x80000002, 0x80000009, 0x80000004, 0x00000005):
                self.unparsed.append(pdu[:32].hex())
        elif isinstance(m, (BindTransceiverResp, BindTransmitterResp, BindReceiverResp)) and not isinstance(m, DeliverSm):
            self.bind = m
        elif isinstance(m, DeliverSm):
            if m.is_receipt():
                r = m.parse_receipt()
                if m.log_id:
                    self.receipts[m.log_id] = {k: str(v) for k, v in r.items()}
                else:
                    self.stray += 1
            else:
                self.mo.append(m.short_message or m.message_payload)
        elif isinstance(m, SubmitSmResp):
            self.answers[m.log_id] = int(m.command_status)
        elif isinstance(m, GenericNack):
            if cid == 0x80000000:
                self.nacks += 1
                self.answers[m.log_id] = status
        elif isinstance(m, EnquireLinkResp):
            self.enquire += 1

    async def send_error(self, smpp_message, error, client_id):
        self.errors.append("%s: %r" % (getattr(smpp_message, "log_id", "?"), error))


async def until(cond, seconds):
    end = asyncio.get_running_loop().time() + seconds
    while not cond():
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(0.02)
    return True


async def run(a, out):
    bad = out["problems"]
    w = Watch()
    broker = SimpleBroker()
    quiet = logging.NullHandler()
    esme = ESME(smsc_host=a.host, smsc_port=a.port, system_id=a.system_id, password=a.password, system_type=a.system_type,
                bind_mode=MODES[a.mode], enquire_link_interval=a.enquire_interval, log_level=logging.CRITICAL, log_handler=quiet,
                hook=w, broker=broker, correlator=SimpleCorrelator(a.system_id),
                socket_timeout=a.timeout)
    task = asyncio.create_task(esme.start())
    try:
        if a.expect_bind_error >= 0:
            await until(lambda: w.bind_status is not None, a.timeout)
            out["checks"]["bind_status"] = w.bind_status
            if w.bind_status != a.expect_bind_error:
                bad.append("bind answered %r" % w.bind_status)
            return
        if not await until(lambda: esme.session_state in (SmppSessionState.BOUND_TRX, SmppSessionState.BOUND_TX, SmppSessionState.BOUND_RX), a.timeout):
            bad.append("not bound, last status %r" % w.bind_status)
            return
        out["checks"]["bind"] = str(getattr(w.bind, "system_id", None))
        src, dst = PhoneNumber(a.source, TON.INTERNATIONAL, NPI.ISDN), PhoneNumber(a.dest, TON.INTERNATIONAL, NPI.ISDN)
        due = []
        if a.mode != "rx":
            for n in range(a.count):
                due.append("m%d" % n)
                await broker.enqueue(SubmitSm(short_message="message %d of %d" % (n + 1, a.count), source=src, destination=dst, log_id="m%d" % n))
            if a.count:
                due += ["ucs2", "long", "longucs2"] + ([] if a.no_payload else ["payload"])
                await broker.enqueue(SubmitSm(short_message="Привет, мир", encoding="ucs2", source=src, destination=dst, log_id="ucs2"))
                await broker.enqueue(SubmitSm(short_message="The quick brown fox jumps over the lazy dog. " * 8, source=src, destination=dst,
                                              esm_class=0x40, auto_message_payload=False, log_id="long"))
                await broker.enqueue(SubmitSm(short_message="Съешь же ещё этих мягких булок. " * 6, source=src, destination=dst,
                                              esm_class=0x40, auto_message_payload=False, log_id="longucs2"))
                if not a.no_payload:
                    await broker.enqueue(SubmitSm(short_message="payload " * 60, source=src, destination=dst, log_id="payload"))
            if a.refuse_dest:
                await broker.enqueue(SubmitSm(short_message="no", source=src, destination=PhoneNumber(a.refuse_dest, TON.INTERNATIONAL, NPI.ISDN),
                                              registered_delivery=0, log_id="refuse"))
                await until(lambda: "refuse" in w.answers, a.timeout)
                st = w.answers.get("refuse")
                out["checks"]["refused"] = st
                if not st or (a.refuse_status >= 0 and st != a.refuse_status):
                    bad.append("the refused submit answered %r" % st)
            out["submitted"] = len(due)
            await until(lambda: all(d in w.answers for d in due), a.timeout)
            out["responses"] = sum(1 for d in due if w.answers.get(d) == 0)
            for d in due:
                if w.answers.get(d) != 0:
                    bad.append("submit %s answered %r" % (d, w.answers.get(d)))
            if a.echo_dest:
                await broker.enqueue(SubmitSm(short_message="echo {me}", source=src, destination=PhoneNumber(a.echo_dest, TON.INTERNATIONAL, NPI.ISDN),
                                              registered_delivery=0, log_id="echo"))
                await until(lambda: w.mo, a.timeout)
                out["checks"]["echo"] = w.mo[:1]
                if w.mo[:1] != ["echo {me}"]:
                    bad.append("the echo is missing or altered: %r" % w.mo[:1])
            if a.mode == "trx" and not a.no_receipts:
                await until(lambda: all(d in w.receipts for d in due), a.timeout)
                for d in due:
                    if d not in w.receipts:
                        bad.append("no receipt correlated for %s" % d)
                out["receipts"] = len(w.receipts)
                if w.stray:
                    bad.append("%d receipts could not be correlated" % w.stray)
        else:
            await until(lambda: len(w.mo) + w.stray >= a.expect_mo, a.timeout)
            out["receipts"] = w.stray
            if len(w.mo) + w.stray < a.expect_mo:
                bad.append("deliver_sm %d of %d" % (len(w.mo) + w.stray, a.expect_mo))
        if a.enquire_interval < 5:
            await until(lambda: w.enquire > 0 or w.asked > 2, a.enquire_interval + 3)
            out["checks"]["enquire_link_resp"] = w.enquire
            out["checks"]["enquire_link_from_server"] = w.asked
            if not w.enquire and not w.asked:
                bad.append("no enquire_link_resp")
        out["mo"] = len(w.mo)
        if w.errors:
            bad.append("send errors %s" % w.errors[:2])
        if w.unparsed:
            bad.append("PDUs the package could not read: %s" % w.unparsed[:2])
    finally:
        try:
            await asyncio.wait_for(esme.stop(), a.timeout)
        except asyncio.TimeoutError:
            if a.expect_bind_error < 0:
                bad.append("stop did not finish")
        else:
            out["checks"]["stopped"] = True
        task.cancel()
        try:
            await task
        except (asyncio.CancelledError, Exception):
            pass


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--host", default="127.0.0.1")
    ap.add_argument("--port", type=int, default=2775)
    ap.add_argument("--system-id", default="esme")
    ap.add_argument("--password", default="secret")
    ap.add_argument("--system-type", default="")
    ap.add_argument("--mode", choices=tuple(MODES), default="trx")
    ap.add_argument("--count", type=int, default=10)
    ap.add_argument("--source", default="447700900123")
    ap.add_argument("--dest", default="447700900456")
    ap.add_argument("--echo-dest", default="")
    ap.add_argument("--refuse-dest", default="")
    ap.add_argument("--refuse-status", type=int, default=-1)
    ap.add_argument("--expect-bind-error", type=int, default=-1)
    ap.add_argument("--expect-mo", type=int, default=0)
    ap.add_argument("--no-receipts", action="store_true")
    ap.add_argument("--no-payload", action="store_true")
    ap.add_argument("--enquire-interval", type=float, default=1.0)
    ap.add_argument("--timeout", type=float, default=10.0)
    a = ap.parse_args()
    out = {"client": "aiosmpplib", "mode": a.mode, "ok": False, "submitted": 0, "responses": 0, "receipts": 0, "mo": 0, "checks": {}, "problems": []}
    try:
        asyncio.run(run(a, out))
    except Exception as e:          # noqa: BLE001 - every failure must end in the JSON line
        out["problems"].append("%s: %s" % (type(e).__name__, e))
    out["ok"] = not out["problems"]
    print(json.dumps(out))
    return 0 if out["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
