'use strict';
// A small, deterministic message centre on the npm package `smpp`.  See ../README.md.
const smpp = require('smpp');

const opt = {
  host: '127.0.0.1', port: 2775, 'system-id': 'esme', password: 'secret', 'mc-id': 'NODEMC',
  'receipt-delay': 20, 'enquire-every': 0, once: false, 'exit-after': 0, quiet: false,
};
for (let i = 2; i < process.argv.length; i++) {
  const k = process.argv[i].replace(/^--/, '');
  if (!(k in opt)) { console.error('unknown option --' + k); process.exit(2); }
  if (typeof opt[k] === 'boolean') opt[k] = true;
  else opt[k] = typeof opt[k] === 'number' ? Number(process.argv[++i]) : process.argv[++i];
}

const S = { OK: 0, CMDID: 3, BNDSTS: 4, ALYBND: 5, DSTADR: 11, MSGID: 12, PASWD: 14, SYSID: 15, QUERYFAIL: 0x67 };
const count = { binds: 0, rejected_binds: 0, submit: 0, refused: 0, receipts: 0, mo: 0, deliver_resp: 0, deliver_resp_bad: 0,
  enquire: 0, enquire_resp: 0, query: 0, cancel: 0, replace: 0, multi: 0, data: 0, unbind: 0, nack_sent: 0, nack_seen: 0, closed: 0, errors: [] };
const store = new Map();          // message id -> {session key, source, dest, state}
const waiting = [];               // deliver_sm that found no bound receiver
const bound = [];                 // {session, kind, id}
let nextId = 0;

const log = (...a) => { if (!opt.quiet) console.error('[server]', ...a); };
const newId = () => 'N' + (++nextId).toString(16).padStart(8, '0');
const plain = b => /^[\x20-\x7e]*$/.test(b.toString('latin1')) ? b.toString('latin1').slice(0, 20) : '';

function octets(field) {          // short_message as the package hands it over -> Buffer
  if (Buffer.isBuffer(field)) return field;
  if (field && Buffer.isBuffer(field.message)) return field.message;
  return Buffer.from(field && field.message ? field.message : '', 'latin1');
}

function receiverFor(id) {
  return bound.find(b => b.id === id && (b.kind === 'receiver' || b.kind === 'transceiver'));
}
function deliver(id, pdu, kind) {
  const r = receiverFor(id);
  if (!r) { waiting.push({ id, pdu, kind }); return; }
  count[kind]++;
  r.session.deliver_sm(pdu, resp => {
    if (resp.command === 'deliver_sm_resp' && resp.command_status === 0) count.deliver_resp++;
    else { count.deliver_resp_bad++; count.errors.push(resp.command + ' status ' + resp.command_status); }
  });
}
function flush(id) {
  for (let i = 0; i < waiting.length;) {
    if (waiting[i].id === id && receiverFor(id)) { const w = waiting.splice(i, 1)[0]; deliver(w.id, w.pdu, w.kind); } else i++;
  }
}

function outcome(dest) {          // the number decides what happens, see ../README.md
  if (/^9900[0-9a-fA-F]{2}$/.test(dest)) return { status: parseInt(dest.slice(4), 16) };
  if (/^8800/.test(dest)) return { status: 0, stat: 'UNDELIV', state: 5, err: '011' };
  if (/^8801/.test(dest)) return { status: 0, stat: 'EXPIRED', state: 3, err: '003' };
  if (/^8802/.test(dest)) return { status: 0, stat: 'REJECTD', state: 8, err: '099' };
  return { status: 0, stat: 'DELIVRD', state: 2, err: '000' };
}

function accept(me, pdu, body, dest) {
  const o = outcome(dest.destination_addr);
  if (o.status) { count.refused++; return { status: o.status }; }
  const id = newId();
  store.set(id, { owner: me.id, source: pdu.source_addr, state: o.state });
  const rd = pdu.registered_delivery & 3;
  const failed = o.state !== 2;
  if (rd === 1 || (rd === 2 && failed) || (rd === 3 && !failed)) {
    setTimeout(() => deliver(me.id, {
      source_addr_ton: dest.dest_addr_ton, source_addr_npi: dest.dest_addr_npi, source_addr: dest.destination_addr,
      dest_addr_ton: pdu.source_addr_ton, dest_addr_npi: pdu.source_addr_npi, destination_addr: pdu.source_addr,
      esm_class: 4, data_coding: 0, receipted_message_id: id, message_state: o.state,
      short_message: Buffer.from('id:' + id + ' sub:001 dlvrd:' + (failed ? '000' : '001') + ' submit date:2601020304 done date:2601020305 stat:' +
        o.stat + ' err:' + o.err + ' text:' + plain(body), 'latin1'),
    }, 'receipts'), opt['receipt-delay']);
  }
  if (/^7700/.test(dest.destination_addr)) {        // an echo from the handset
    setTimeout(() => {
      const echo = { source_addr_ton: dest.dest_addr_ton, source_addr_npi: dest.dest_addr_npi, source_addr: dest.destination_addr,
        dest_addr_ton: pdu.source_addr_ton, dest_addr_npi: pdu.source_addr_npi, destination_addr: pdu.source_addr,
        esm_class: pdu.esm_class & 0x40, data_coding: pdu.data_coding || 0, short_message: pdu.rawMessage };
      if (!pdu.rawMessage.length && pdu.rawPayload) { echo.message_payload = pdu.rawPayload; }
      deliver(me.id, echo, 'mo');
    }, opt['receipt-delay']);
  }
  return { status: 0, id };
}

// The package decodes text for us; the echo wants the octets, so keep them.
const decodeMessage = smpp.filters.message.decode;
smpp.filters.message.decode = function (value, skip) {
  if (Buffer.isBuffer(value)) { if (skip === undefined || !this.rawMessage) this.rawMessage = this.rawMessage || value; this.rawPayload = value; }
  return decodeMessage.call(this, value, skip);
};

const server = smpp.createServer(session => {
  const me = { session, kind: null, id: null };
  let timer = null;
  const need = (pdu, dir) => {
    if (me.kind === 'transceiver' || (me.kind && dir === 'any') || me.kind === dir) return true;
    session.send(pdu.response({ command_status: S.BNDSTS }));
    return false;
  };
  session.on('error', e => { count.errors.push('session: ' + e.message); session.destroy(); });
  session.on('close', () => {
    clearInterval(timer);
    const i = bound.indexOf(me);
    if (i >= 0) bound.splice(i, 1);
    count.closed++;
    log('closed', me.id, me.kind);
    if (opt.once || (opt['exit-after'] && count.closed >= opt['exit-after'])) finish();
  });
  for (const kind of ['transmitter', 'receiver', 'transceiver']) {
    session.on('bind_' + kind, pdu => {
      if (me.kind) { session.send(pdu.response({ command_status: S.ALYBND })); return; }
      const bad = pdu.system_id !== opt['system-id'] ? S.SYSID : pdu.password !== opt.password ? S.PASWD : 0;
      if (bad) { count.rejected_binds++; session.send(pdu.response({ command_status: bad })); return; }
      me.kind = kind; me.id = pdu.system_id;
      count.binds++;
      bound.push(me);
      log('bind_' + kind, pdu.system_id, 'version 0x' + pdu.interface_version.toString(16));
      const o = { system_id: opt['mc-id'] };
      if (pdu.interface_version >= 0x34) o.sc_interface_version = 0x34;
      session.send(pdu.response(o));
      if (opt['enquire-every']) timer = setInterval(() => session.enquire_link(r => { if (r.command === 'enquire_link_resp') count.enquire_resp++; }), opt['enquire-every']);
      setTimeout(() => flush(me.id), 5);
    });
  }
  session.on('submit_sm', pdu => {
    if (!need(pdu, 'transmitter')) return;
    count.submit++;
    pdu.rawMessage = pdu.rawMessage || octets(pdu.short_message);
    const r = accept(me, pdu, octets(pdu.short_message), pdu);
    session.send(pdu.response(r.status ? { command_status: r.status } : { message_id: r.id }));
  });
  session.on('data_sm', pdu => {
    if (!need(pdu, 'any')) return;
    count.data++;
    pdu.rawMessage = pdu.rawMessage || Buffer.alloc(0);
    const r = accept(me, pdu, Buffer.alloc(0), pdu);
    session.send(pdu.response(r.status ? { command_status: r.status } : { message_id: r.id }));
  });
  session.on('submit_multi', pdu => {
    if (!need(pdu, 'transmitter')) return;
    count.multi++;
    pdu.rawMessage = pdu.rawMessage || octets(pdu.short_message);
    const bad = [];
    let id = '';
    for (const d of pdu.dest_address) {
      if ('dl_name' in d) { if (!id) id = newId(); continue; }
      const r = accept(me, pdu, octets(pdu.short_message), d);
      if (r.status) bad.push({ dest_addr_ton: d.dest_addr_ton, dest_addr_npi: d.dest_addr_npi, destination_addr: d.destination_addr, error_status_code: r.status });
      else if (!id) id = r.id;
    }
    session.send(pdu.response({ message_id: id || newId(), unsuccess_sme: bad }));
  });
  session.on('query_sm', pdu => {
    if (!need(pdu, 'transmitter')) return;
    count.query++;
    const m = store.get(pdu.message_id);
    session.send(pdu.response(m ? { message_id: pdu.message_id, final_date: '260102030500000+', message_state: m.state, error_code: 0 } : { command_status: S.QUERYFAIL }));
  });
  for (const [cmd, key, fail] of [['cancel_sm', 'cancel', 0x11], ['replace_sm', 'replace', 0x13]]) {
    session.on(cmd, pdu => {
      if (!need(pdu, 'transmitter')) return;
      count[key]++;
      session.send(pdu.response(store.has(pdu.message_id) ? {} : { command_status: fail }));
    });
  }
  session.on('enquire_link', pdu => { count.enquire++; session.send(pdu.response()); });
  session.on('unbind', pdu => {
    count.unbind++;
    me.kind = null;
    const i = bound.indexOf(me);
    if (i >= 0) bound.splice(i, 1);
    session.send(pdu.response(), () => session.close());
  });
  session.on('generic_nack', () => { count.nack_seen++; });
  session.on('unknown', pdu => { count.nack_sent++; session.send(pdu.response()); });
});

let done = false;
function finish() {
  if (done) return;
  done = true;
  console.log(JSON.stringify({ server: 'npm smpp', waiting: waiting.length, counts: count }));
  process.exit(0);
}
process.on('SIGTERM', finish);
process.on('SIGINT', finish);
server.on('error', e => { console.error('[server]', e.message); process.exit(1); });
server.listen(opt.port, opt.host, () => { console.error('[server] listening on ' + opt.host + ':' + server.address().port); });
