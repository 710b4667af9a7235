// The byte formats of ../../../../proto/README.md, written a second time: what a client in another language needs.
'use strict';
const crypto = require('crypto');

const sha256 = (...parts) => {
  const hash = crypto.createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest();
};

// RFC 9562 version 7 with its time rounded down to the minute.
function uuid() {
  const bytes = crypto.randomBytes(16);
  const now = Date.now();
  bytes.writeUIntBE(now - (now % 60000), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function request(origin, deposit, fields = {}) {
  const values = {
    ledger: origin,
    deposit,
    account: process.env.NOTARY_ACCOUNT || 'local',
    commitment: crypto.randomBytes(32).toString('hex'),
    items: '1',
    nonce: crypto.randomBytes(32).toString('hex'),
    kind: 'trade-secret',
    title: 'Rotor geometry, rev. C',
    requested: new Date().toISOString(),
    ...fields,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name} ${value}\n`);
  return Buffer.from(`notary.request/v1\n${lines.join('')}`);
}

function field(text, name) {
  const line = text.toString().split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line && line.slice(name.length + 1);
}

// C2SP signed-note: the text and whether the Ed25519 key signed it.
function openNote(note, vkey) {
  const [name, keyId, encoded] = splitKey(vkey);
  const key = Buffer.from(encoded, 'base64');
  const end = note.indexOf('\n\n');
  const text = note.slice(0, end + 1);
  const publicKey = crypto.createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]), format: 'der', type: 'spki',
  });
  const signed = note.slice(end + 2).split('\n').filter((line) => line.startsWith(`\u2014 ${name} `)).some((line) => {
    const signature = Buffer.from(line.split(' ')[2], 'base64');
    return signature.subarray(0, 4).toString('hex') === keyId
      && crypto.verify(null, Buffer.from(text), publicKey, signature.subarray(4));
  });
  if (key[0] !== 1 || !signed) throw new Error('the note is not signed by the key');
  return text;
}

function splitKey(vkey) {
  const first = vkey.indexOf('+');
  const second = vkey.indexOf('+', first + 1);
  return [vkey.slice(0, first), vkey.slice(first + 1, second), vkey.slice(second + 1)];
}

// RFC 9162 section 2.1.3.2, over a C2SP tlog-proof.
function verifyProof(entry, proof, vkey) {
  const [head, ...note] = proof.toString().split('\n\n');
  const lines = head.split('\n');
  const checkpoint = openNote(note.join('\n\n'), vkey).split('\n');
  const index = BigInt(lines[1].replace('index ', ''));
  let [fn, sn, hash] = [index, BigInt(checkpoint[1]) - 1n, sha256(Buffer.of(0), entry)];
  for (const line of lines.slice(2)) {
    const sibling = Buffer.from(line, 'base64');
    if (fn % 2n === 1n || fn === sn) {
      hash = sha256(Buffer.of(1), sibling, hash);
      while (fn % 2n === 0n && fn !== 0n) [fn, sn] = [fn / 2n, sn / 2n];
    } else {
      hash = sha256(Buffer.of(1), hash, sibling);
    }
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  if (sn !== 0n || hash.toString('base64') !== checkpoint[2]) throw new Error('the proof does not lead to the root');
  return index;
}

module.exports = { sha256, uuid, request, field, openNote, verifyProof };
