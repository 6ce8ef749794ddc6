#!/usr/bin/env python3
"""An ESME on PyPI smpplib that checks a message centre.  See ../README.md.

Prints one line of JSON and exits 0 (all as expected) or 1.
"""
import argparse
import json
import socket
import sys
import time
import warnings

warnings.simplefilter("ignore")
import smpplib.client  # noqa: E402
import smpplib.consts as C  # noqa: E402
import smpplib.exceptions as X  # noqa: E402
import smpplib.gsm as gsm  # noqa: E402
import smpplib.smpp as smpp  # noqa: E402

LONG = {"gsm": "The quick brown fox jumps over the lazy dog. " * 8, "ucs2": "Съешь же ещё этих мягких французских булок. " * 5}


class Conn:
    def __init__(self, args, log):
        self.args, self.log = args, log
        self.c = smpplib.client.Client(args.host, args.port, timeout=args.timeout, allow_unknown_opt_params=True)
        self.c.set_message_received_handler(self.on_message)
        self.c.set_message_sent_handler(self.on_sent)
        self.c.set_error_pdu_handler(self.on_error)
        self.c.set_query_resp_handler(self.on_query)
        self.sent, self.errors, self.receipts, self.mo, self.query = {}, {}, [], [], []

    def on_message(self, pdu):
        if pdu.command != "deliver_sm":
            return 0
        if (pdu.esm_class & 0x3C) == 4:
            text = (pdu.short_message or b"").decode("latin-1")
            rid = getattr(pdu, "receipted_message_id", None)
            tid = None
            for word in text.split():
                if word.lower().startswith("id:"):
                    tid = word[3:]
                    break
            self.receipts.append({"text_id": tid, "tlv_id": rid.decode("latin-1") if rid else None,
                                  "state": getattr(pdu, "message_state", None), "text": text})
        else:
            self.mo.append((pdu.short_message or getattr(pdu, "message_payload", None) or b"").hex())
        return 0

    def on_sent(self, pdu):
        self.sent[pdu.sequence] = pdu.message_id.decode("latin-1") if pdu.message_id else ""

    def on_error(self, pdu):
        self.errors[pdu.sequence] = (pdu.command, pdu.status)

    def on_query(self, pdu):
        self.query.append((pdu.message_id.decode("latin-1") if pdu.message_id else "", pdu.message_state))

    def pump(self, until, seconds):
        """read PDUs until the condition holds"""
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.c._socket.settimeout(min(left, 1.0))
            try:
                self.c.read_once(auto_send_enquire_link=False)
            except socket.timeout:
                continue
        return True

    def ask(self, name, **kw):
        """send a request and wait for its response; returns (command, status)"""
        got = []
        p = smpp.make_pdu(name, client=self.c, **kw)
        self.c.send_pdu(p)
        end = time.monotonic() + self.args.timeout
        while time.monotonic() < end:
            self.c._socket.settimeout(self.args.timeout)
            r = self.c.read_pdu()
            if r.sequence == p.sequence and r.is_response():
                got.append((r.command, r.status))
                break
            if r.command == "deliver_sm":
                self.c._message_received(r)
            elif r.command == "enquire_link":
                self.c._enquire_link_received(r)
            elif r.command == "submit_sm_resp":
                self.on_sent(r)
        return got[0] if got else ("none", -1)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--host", default="127.0.0.1")
    ap.add_argument("--port", type=int, default=2775)
    ap.add_argument("--system-id", default="esme")
    ap.add_argument("--password", default="secret")
    ap.add_argument("--system-type", default="")
    ap.add_argument("--mode", choices=("trx", "tx", "rx", "tx+rx"), default="trx")
    ap.add_argument("--count", type=int, default=10)
    ap.add_argument("--source", default="447700900123")
    ap.add_argument("--dest", default="447700900456")
    ap.add_argument("--echo-dest", default="", help="a number whose messages the server sends back as deliver_sm")
    ap.add_argument("--refuse-dest", default="", help="a number the server refuses")
    ap.add_argument("--refuse-status", type=int, default=-1)
    ap.add_argument("--expect-receipts", type=int, default=-1)
    ap.add_argument("--expect-mo", type=int, default=0, help="deliver_sm to wait for in rx mode")
    ap.add_argument("--expect-bind-error", type=int, default=-1)
    ap.add_argument("--query", action="store_true")
    ap.add_argument("--no-enquire", action="store_true")
    ap.add_argument("--no-payload", action="store_true", help="send no message_payload (for servers that cannot relay it)")
    ap.add_argument("--timeout", type=float, default=10.0)
    a = ap.parse_args()
    out = {"client": "smpplib", "mode": a.mode, "ok": False, "submitted": 0, "responses": 0, "receipts": 0, "mo": 0, "checks": {}, "problems": []}
    bad = out["problems"]
    conns = []

    def say():
        out["ok"] = not bad
        print(json.dumps(out))
        for c in conns:
            try:
                c.c._socket.close()
                c.c._socket = None
            except Exception:
                pass
        return 0 if out["ok"] else 1

    try:
        kinds = {"trx": ["transceiver"], "tx": ["transmitter"], "rx": ["receiver"], "tx+rx": ["receiver", "transmitter"]}[a.mode]
        tx = None
        for kind in kinds:
            c = Conn(a, out)
            conns.append(c)
            c.c.connect()
            try:
                r = getattr(c.c, "bind_" + kind)(system_id=a.system_id, password=a.password, system_type=a.system_type,
                                                 interface_version=0x34, addr_ton=0, addr_npi=0, address_range="")
                if a.expect_bind_error >= 0:
                    bad.append("the bind was accepted")
                    return say()
                out["checks"]["bind_" + kind] = (r.system_id or b"").decode("latin-1")
                out["checks"]["sc_interface_version"] = getattr(r, "sc_interface_version", None)
            except X.PDUError as e:
                if a.expect_bind_error >= 0:
                    if e.args[1] != a.expect_bind_error:
                        bad.append("bind refused with %d" % e.args[1])
                else:
                    bad.append("bind_%s refused: %s" % (kind, e.args[0]))
                return say()
            if kind != "receiver":
                tx = c
        if not a.no_enquire:
            for c in conns:
                got = c.ask("enquire_link")
                out["checks"]["enquire_link"] = got[0]
                if got != ("enquire_link_resp", 0):
                    bad.append("enquire_link answered %s %d" % got)
        due = a.expect_mo if a.mode == "rx" else 0
        ids = []
        if tx:
            base = dict(source_addr_ton=1, source_addr_npi=1, source_addr=a.source, dest_addr_ton=1, dest_addr_npi=1,
                        destination_addr=a.dest, registered_delivery=1)
            jobs = [dict(base, short_message=b"message %d of %d" % (n + 1, a.count), data_coding=0) for n in range(a.count)]
            if a.count:
                for text, dc in ((LONG["gsm"], C.SMPP_ENCODING_DEFAULT), (LONG["ucs2"], C.SMPP_ENCODING_ISO10646)):
                    parts, enc, esm = gsm.make_parts(text, encoding=dc)
                    jobs += [dict(base, short_message=p, data_coding=enc, esm_class=esm) for p in parts]
                if not a.no_payload:
                    jobs.append(dict(base, message_payload=b"payload " * 30, data_coding=0))
                jobs.append(dict(base, short_message=b"sar", data_coding=0, sar_msg_ref_num=513, sar_total_segments=1, sar_segment_seqnum=1))
            seqs = []
            for j in jobs:
                seqs.append(tx.c.send_message(**j).sequence)
            out["submitted"] = len(seqs)
            tx.pump(lambda: all(s in tx.sent or s in tx.errors for s in seqs), a.timeout)
            out["responses"] = sum(1 for s in seqs if s in tx.sent)
            for s in seqs:
                if s in tx.errors:
                    bad.append("submit %d answered %s %d" % ((s,) + tx.errors[s]))
                elif s not in tx.sent:
                    bad.append("no answer to submit %d" % s)
                elif not tx.sent[s]:
                    bad.append("empty message_id for submit %d" % s)
            ids = [tx.sent[s] for s in seqs if s in tx.sent]
            if len(set(ids)) != len(ids):
                bad.append("message ids repeat")
            if a.refuse_dest:
                s = tx.c.send_message(**dict(base, destination_addr=a.refuse_dest, registered_delivery=0, short_message=b"no", data_coding=0)).sequence
                tx.pump(lambda: s in tx.sent or s in tx.errors, a.timeout)
                st = tx.errors.get(s, ("", 0))[1]
                out["checks"]["refused"] = st
                if st == 0 or (a.refuse_status >= 0 and st != a.refuse_status):
                    bad.append("the refused submit answered %d" % st)
            if a.query and ids:
                tx.c.query_message(message_id=ids[0], source_addr_ton=1, source_addr_npi=1, source_addr=a.source)
                tx.pump(lambda: tx.query, a.timeout)
                out["checks"]["query"] = tx.query[0] if tx.query else None
                if not tx.query or tx.query[0][0] != ids[0]:
                    bad.append("query_sm answered %r" % (tx.query,))
            if a.echo_dest:
                s = tx.c.send_message(**dict(base, destination_addr=a.echo_dest, registered_delivery=0, short_message=b"\x00\x01\x02\xfe\xff", data_coding=4)).sequence
                rx = conns[0]
                tx.pump(lambda: s in tx.sent or s in tx.errors, a.timeout)
                rx.pump(lambda: rx.mo, a.timeout)
                out["checks"]["echo"] = rx.mo[:1]
                if rx.mo[:1] != ["000102feff"]:
                    bad.append("the echo is missing or altered: %r" % rx.mo[:1])
            if a.mode != "tx":
                due = len(jobs) if a.expect_receipts < 0 else a.expect_receipts
        if a.mode == "rx":
            conns[0].pump(lambda: len(conns[0].mo) + len(conns[0].receipts) >= due, a.timeout)
            if len(conns[0].mo) + len(conns[0].receipts) < due:
                bad.append("deliver_sm %d of %d" % (len(conns[0].mo) + len(conns[0].receipts), due))
        elif due:
            conns[0].pump(lambda: len(conns[0].receipts) >= due, a.timeout)
            got = conns[0].receipts
            if len(got) < due:
                bad.append("receipts %d of %d" % (len(got), due))
            for r in got:
                if r["text_id"] and r["tlv_id"] and r["text_id"] != r["tlv_id"]:
                    bad.append("receipt ids differ: %(text_id)s %(tlv_id)s" % r)
            if due >= len(ids):
                have = {r["text_id"] or r["tlv_id"] for r in got}
                missing = [i for i in ids if i not in have]
                if missing:
                    bad.append("no receipt for %s" % missing[:3])
        out["receipts"] = sum(len(c.receipts) for c in conns)
        out["mo"] = sum(len(c.mo) for c in conns)
        for c in conns:
            got = c.ask("unbind")
            out["checks"]["unbind"] = got[0]
            if got[0] != "unbind_resp":
                bad.append("unbind answered %s" % got[0])
    except Exception as e:          # noqa: BLE001 - every failure must end in the JSON line
        bad.append("%s: %s" % (type(e).__name__, e))
    return say()


if __name__ == "__main__":
    sys.exit(main())
