'use strict';
// An ESME on the npm package `smpp` which checks a message centre.  See ../README.md.
const smpp = require('smpp');

const opt = {
  host: '127.0.0.1', port: 2775, 'system-id': 'esme', password: 'secret', 'system-type': '', mode: 'trx', version: '3.4',
  count: 10, dest: '447700900456', source: '447700900123', 'expect-receipts': -1, 'echo-dest': '', 'expect-bind-error': -1,
  'refuse-dest': '', 'refuse-status': -1, extras: '', timeout: 20, window: 5, 'no-payload': 0,
};
for (let i = 2; i < process.argv.length; i++) {
  const k = process.argv[i].replace(/^--/, '');
  if (!(k in opt)) { console.error('unknown option --' + k); process.exit(2); }
  opt[k] = typeof opt[k] === 'number' ? Number(process.argv[++i]) : process.argv[++i];
}
const result = { client: 'npm smpp', mode: opt.mode, ok: false, bound: [], submitted: 0, responses: 0, ids: [], receipts: 0, mo: 0, checks: {}, problems: [] };
const sessions = [];
let finished = false;
function end(problem) {
  if (finished) return;
  finished = true;
  if (problem) result.problems.push(problem);
  result.ok = result.problems.length === 0;
  console.log(JSON.stringify(result));
  for (const s of sessions) s.destroy();
  process.exit(result.ok ? 0 : 1);
}
setTimeout(() => end('timeout'), opt.timeout * 1000);
const want = (cond, text) => { if (!cond) result.problems.push(text); return cond; };
const iface = { '3.3': 0x33, '3.4': 0x34, '5.0': 0x50 }[opt.version] || 0x34;
const sleep = ms => new Promise(r => setTimeout(r, ms));

const seenReceipts = new Map();
const echoes = [];
function watch(session) {
  session.on('error', e => end('session error: ' + e.message));
  session.on('deliver_sm', pdu => {
    if ((pdu.esm_class & 0x3c) === 4) {
      result.receipts++;
      const text = pdu.short_message && pdu.short_message.message ? String(pdu.short_message.message) : '';
      const m = /(?:^|\s)id:(\S*)/i.exec(text);
      const id = m ? m[1] : pdu.receipted_message_id;
      if (pdu.receipted_message_id !== undefined && m) want(pdu.receipted_message_id === m[1], 'receipt text id ' + m[1] + ' and TLV id ' + pdu.receipted_message_id + ' differ');
      const st = /stat:(\S*)/i.exec(text);
      seenReceipts.set(id, st ? st[1] : null);
    } else {
      result.mo++;
      echoes.push(pdu);
    }
    session.send(pdu.response({ message_id: '' }));
  });
  session.on('enquire_link', pdu => session.send(pdu.response()));
  session.on('unbind', pdu => session.send(pdu.response()));
}
function open(kind) {
  return new Promise(resolve => {
    const s = smpp.connect({ url: 'smpp://' + opt.host + ':' + opt.port }, () => {
      s['bind_' + kind]({ system_id: opt['system-id'], password: opt.password, system_type: opt['system-type'], interface_version: iface, addr_ton: 0, addr_npi: 0, address_range: '' },
        pdu => resolve({ s, pdu }));
    });
    sessions.push(s);
    watch(s);
  });
}
const ask = (s, cmd, o) => new Promise(resolve => s[cmd](o, resolve));

async function main() {
  if (opt['expect-bind-error'] >= 0) {
    const { pdu } = await open(opt.mode === 'rx' ? 'receiver' : opt.mode === 'tx' ? 'transmitter' : 'transceiver');
    want(pdu.command_status === opt['expect-bind-error'], 'bind answered ' + pdu.command_status);
    return end();
  }
  const kinds = { trx: ['transceiver'], tx: ['transmitter'], rx: ['receiver'], 'tx+rx': ['receiver', 'transmitter'] }[opt.mode];
  if (!kinds) return end('unknown mode ' + opt.mode);
  let tx = null;
  for (const kind of kinds) {
    const { s, pdu } = await open(kind);
    if (!want(pdu.command === 'bind_' + kind + '_resp' && pdu.command_status === 0, 'bind_' + kind + ' answered ' + pdu.command + ' ' + pdu.command_status)) return end();
    result.bound.push({ kind, mc: pdu.system_id, version: pdu.sc_interface_version === undefined ? null : pdu.sc_interface_version });
    if (kind !== 'receiver') tx = s;
  }
  const el = await ask(sessions[0], 'enquire_link', {});
  result.checks.enquire_link = want(el.command === 'enquire_link_resp' && el.command_status === 0, 'enquire_link answered ' + el.command);
  let receiptsDue = 0;
  if (tx) {
    const base = { source_addr_ton: 1, source_addr_npi: 1, source_addr: opt.source, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: opt.dest, registered_delivery: 1 };
    const jobs = [];
    for (let i = 0; i < opt.count; i++) jobs.push(Object.assign({}, base, { data_coding: 0, short_message: Buffer.from('message ' + (i + 1) + ' of ' + opt.count) }));
    if (opt.count > 0) {
      jobs.push(Object.assign({}, base, { data_coding: 8, short_message: 'Юникод 😀' }));
      jobs.push(Object.assign({}, base, { data_coding: 0, short_message: { udh: Buffer.from('050003770201', 'hex'), message: Buffer.alloc(153, 0x61) } }));
      jobs.push(Object.assign({}, base, { data_coding: 0, short_message: { udh: Buffer.from('050003770202', 'hex'), message: Buffer.from('the end') } }));
      if (iface >= 0x34) {
        if (!opt['no-payload']) jobs.push(Object.assign({}, base, { data_coding: 4, short_message: Buffer.alloc(0), message_payload: Buffer.alloc(1000, 0x42) }));
        jobs.push(Object.assign({}, base, { data_coding: 0, short_message: Buffer.from('tlvs'), user_message_reference: 77, source_port: 5000, dest_port: 5001, sar_msg_ref_num: 9, sar_total_segments: 1, sar_segment_seqnum: 1 }));
      }
    }
    let next = 0;
    const worker = async () => {
      while (next < jobs.length) {
        const j = jobs[next++];
        result.submitted++;
        const r = await ask(tx, 'submit_sm', j);
        if (want(r.command === 'submit_sm_resp' && r.command_status === 0, 'submit_sm answered ' + r.command + ' ' + r.command_status)) {
          result.responses++;
          want(r.message_id && r.message_id.length > 0, 'empty message_id');
          result.ids.push(r.message_id);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, opt.window) }, worker));
    want(new Set(result.ids).size === result.ids.length, 'message ids repeat');
    receiptsDue = opt.mode === 'tx' ? 0 : jobs.length;
    if (opt['refuse-dest']) {
      const r = await ask(tx, 'submit_sm', Object.assign({}, base, { destination_addr: opt['refuse-dest'], registered_delivery: 0, data_coding: 0, short_message: Buffer.from('no') }));
      result.checks.refused = r.command_status;
      want(opt['refuse-status'] < 0 ? r.command_status !== 0 : r.command_status === opt['refuse-status'], 'refused submit answered ' + r.command_status);
    }
    for (const x of opt.extras.split(',').filter(Boolean)) {
      let r;
      if (x === 'query') { r = await ask(tx, 'query_sm', { message_id: result.ids[0], source_addr_ton: 1, source_addr_npi: 1, source_addr: opt.source }); want(r.command === 'query_sm_resp' && r.command_status === 0 && r.message_id === result.ids[0], 'query_sm answered ' + r.command + ' ' + r.command_status); }
      else if (x === 'cancel') { r = await ask(tx, 'cancel_sm', { message_id: result.ids[0], source_addr_ton: 1, source_addr_npi: 1, source_addr: opt.source, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: opt.dest }); want(r.command === 'cancel_sm_resp', 'cancel_sm answered ' + r.command); }
      else if (x === 'replace') { r = await ask(tx, 'replace_sm', { message_id: result.ids[0], source_addr_ton: 1, source_addr_npi: 1, source_addr: opt.source, short_message: Buffer.from('new') }); want(r.command === 'replace_sm_resp', 'replace_sm answered ' + r.command); }
      else if (x === 'multi') { r = await ask(tx, 'submit_multi', { source_addr: opt.source, dest_address: [{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: opt.dest }, { dl_name: 'list' }], data_coding: 0, short_message: Buffer.from('multi') }); want(r.command === 'submit_multi_resp' && r.command_status === 0, 'submit_multi answered ' + r.command + ' ' + r.command_status); }
      else if (x === 'data') { r = await ask(tx, 'data_sm', { source_addr: opt.source, destination_addr: opt.dest, data_coding: 4, message_payload: Buffer.from('data') }); want(r.command === 'data_sm_resp' && r.command_status === 0, 'data_sm answered ' + r.command + ' ' + r.command_status); }
      else if (x === 'rebind') { r = await ask(tx, 'bind_transmitter', { system_id: opt['system-id'], password: opt.password }); want(r.command_status === 5 || r.command_status === 4, 'second bind answered ' + r.command_status); }
      else return end('unknown extra ' + x);
      result.checks[x] = r.command + ' ' + r.command_status;
    }
    if (opt['echo-dest']) {
      const r = await ask(tx, 'submit_sm', Object.assign({}, base, { destination_addr: opt['echo-dest'], registered_delivery: 0, data_coding: 4, short_message: Buffer.from('000102feff', 'hex') }));
      want(r.command_status === 0, 'echo submit answered ' + r.command_status);
      for (let i = 0; i < 100 && !echoes.length; i++) await sleep(50);
      const e = echoes[0];
      const b = e && (Buffer.isBuffer(e.short_message) ? e.short_message : e.short_message && e.short_message.message);
      result.checks.echo = want(!!b && Buffer.from(b).toString('hex') === '000102feff', 'the echo is missing or altered');
    }
  }
  const due = opt['expect-receipts'] >= 0 ? opt['expect-receipts'] : receiptsDue;
  for (let i = 0; i < 200 && result.receipts < due; i++) await sleep(50);
  want(result.receipts >= due, 'receipts ' + result.receipts + ' of ' + due);
  if (tx && due >= result.ids.length && result.ids.length) for (const id of result.ids) want(seenReceipts.has(id), 'no receipt for ' + id);
  for (const s of sessions) {
    const r = await ask(s, 'unbind', {});
    want(r.command === 'unbind_resp', 'unbind answered ' + r.command);
  }
  result.checks.unbind = true;
  result.ids = result.ids.slice(0, 3);
  end();
}
main().catch(e => end('exception: ' + e.message));
