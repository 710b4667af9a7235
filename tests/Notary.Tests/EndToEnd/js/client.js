// An independent client: node client.js <host:port> <folder of the protos> <name of a check>.
// Exits with 0 when the server behaves, otherwise says what it did.
'use strict';
const assert = require('assert');
const fs = require('fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');
const { sha256, uuid, request, field, openNote, verifyProof } = require('./formats');

const [address, protoFolder, checkName] = process.argv.slice(2);
const files = ['notary/v1/notary.proto', 'grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto'];
const options = { includeDirs: [protoFolder], keepCase: true, longs: String, enums: String, oneofs: true };
const packages = grpc.loadPackageDefinition(loader.loadSync(files, options));
const connect = (Service) => new Service(address, credentials());
const notary = connect(packages.notary.v1.Notary);
const health = connect(packages.grpc.health.v1.Health);
const reflection = connect(packages.grpc.reflection.v1.ServerReflection);

// Over TLS where NOTARY_CA names a root; with a client certificate or an API key where these are given.
function credentials() {
  const { NOTARY_CA, NOTARY_CLIENT_KEY, NOTARY_CLIENT_CERTIFICATE, NOTARY_API_KEY } = process.env;
  if (!NOTARY_CA) return grpc.credentials.createInsecure();
  const read = (file) => (file ? fs.readFileSync(file) : null);
  const channel = grpc.credentials.createSsl(read(NOTARY_CA), read(NOTARY_CLIENT_KEY), read(NOTARY_CLIENT_CERTIFICATE));
  if (!NOTARY_API_KEY) return channel;
  return grpc.credentials.combineChannelCredentials(channel, grpc.credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Bearer ${NOTARY_API_KEY}`);
    done(null, metadata);
  }));
}

// One unary call: its response, or its error.
const call = (client, method, message, { metadata = new grpc.Metadata(), ...options } = {}) =>
  new Promise((resolve) => {
    client[method](message, metadata, options, (error, response) => resolve({ error, response }));
  });

async function ok(client, method, message, options) {
  const { error, response } = await call(client, method, message, options);
  assert.ifError(error);
  return response;
}

async function fails(code, method, message, options) {
  const { error, response } = await call(notary, method, message, options);
  assert.ok(error, `${method} succeeded: ${JSON.stringify(response)}`);
  assert.strictEqual(error.code, code, error.message);
  return error;
}

const info = () => ok(notary, 'GetLedgerInfo', {});

async function deposit(fields) {
  const { origin, vkey } = await info();
  const id = uuid();
  const bytes = request(origin, id, fields);
  const { certificate } = await ok(notary, 'Deposit', { request: bytes });
  return { id, bytes, certificate, vkey };
}

function verify({ id, bytes, certificate, vkey }) {
  assert.deepStrictEqual(certificate.request, bytes);
  assert.strictEqual(field(certificate.statement, 'deposit'), id);
  assert.strictEqual(field(certificate.statement, 'commitment'), field(bytes, 'commitment'));
  assert.strictEqual(field(certificate.statement, 'claims'), sha256(certificate.claims).toString('hex'));
  assert.strictEqual(field(certificate.claims, 'request'), sha256(bytes).toString('hex'));
  return verifyProof(certificate.statement, certificate.proof, vkey);
}

// The google.rpc.Status of an error, its details unpacked by type name.
function details(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => (target.startsWith('google/protobuf/') ? target : `${protoFolder}/${target}`);
  root.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);
  const status = root.lookupType('google.rpc.Status').decode(bytes);
  assert.strictEqual(status.code, error.code);
  return Object.fromEntries(status.details.map((any) => {
    const type = any.type_url.split('/').pop();
    return [type, root.lookupType(type).decode(any.value).toJSON()];
  }));
}

const checks = {
  async stranger() {
    const refused = await fails(grpc.status.UNAUTHENTICATED, 'ListDeposits', {});
    assert.strictEqual(details(refused)['google.rpc.ErrorInfo'].reason, 'NO_CREDENTIAL');
    assert.ok((await info()).origin);
  },

  async deposit() {
    const made = await deposit();
    assert.ok(verify(made) >= 1n);
    const again = await ok(notary, 'Deposit', { request: made.bytes });
    assert.deepStrictEqual(again.certificate.statement, made.certificate.statement);
    const { certificate } = await ok(notary, 'GetCertificate', { deposit: made.id });
    verify({ ...made, certificate });
  },

  async deposit_batch() {
    const { origin, vkey } = await info();
    const items = new Map(Array.from({ length: 40 }, () => [uuid(), null]));
    const stream = notary.DepositBatch();
    for (const id of items.keys()) {
      items.set(id, request(origin, id));
      stream.write({ deposit: id, request: items.get(id) });
    }
    const [bad, odd] = [uuid(), 'an item without a uuid'];
    stream.write({ deposit: bad, request: request(origin, bad, { kind: 'Trade Secret' }) });
    stream.write({ deposit: odd, request: request(origin, uuid()) });
    stream.end();
    const errors = new Map();
    for await (const response of stream) {
      if (response.error) {
        errors.set(response.deposit, response.error);
      } else {
        verify({ id: response.deposit, bytes: items.get(response.deposit), certificate: response.certificate, vkey });
        items.delete(response.deposit);
      }
    }
    assert.strictEqual(items.size, 0);
    assert.deepStrictEqual([...errors.keys()].sort(), [bad, odd].sort());
    errors.forEach((error) => assert.strictEqual(error.code, grpc.status.INVALID_ARGUMENT));
  },

  async list_and_consistency() {
    const before = openNote((await info()).checkpoint.toString(), (await info()).vkey).split('\n')[1];
    const made = await deposit();
    const { deposits } = await ok(notary, 'ListDeposits', { page_size: 1 });
    assert.strictEqual(deposits.length, 1);
    assert.match(deposits[0].received, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const { hashes, checkpoint } = await ok(notary, 'GetConsistencyProof', { first: before });
    hashes.forEach((hash) => assert.strictEqual(hash.length, 32));
    assert.ok(BigInt(openNote(checkpoint.toString(), made.vkey).split('\n')[1]) > BigInt(before));
    await fails(grpc.status.OUT_OF_RANGE, 'GetConsistencyProof', { first: '18446744073709551615' });
  },

  async error_details() {
    const { origin } = await info();
    const id = uuid();
    const wrong = await fails(grpc.status.INVALID_ARGUMENT, 'Deposit', { request: request(origin, id, { items: '0' }) });
    const [violation] = details(wrong)['google.rpc.BadRequest'].fieldViolations;
    assert.strictEqual(violation.field, 'request.items');
    assert.ok(violation.description);
    await ok(notary, 'Deposit', { request: request(origin, id) });
    await fails(grpc.status.ALREADY_EXISTS, 'Deposit', { request: request(origin, id) });
    await fails(grpc.status.NOT_FOUND, 'GetCertificate', { deposit: uuid() });
    await fails(grpc.status.RESOURCE_EXHAUSTED, 'Deposit', { request: Buffer.alloc(2 << 20) });
  },

  async deadline() {
    const late = Date.now() - 1000;
    await fails(grpc.status.DEADLINE_EXCEEDED, 'GetLedgerInfo', {}, { deadline: late });
    const stream = notary.DepositBatch(new grpc.Metadata(), { deadline: Date.now() + 300 });
    stream.resume();
    const [error] = await new Promise((resolve) => stream.on('error', (...args) => resolve(args)));
    assert.strictEqual(error.code, grpc.status.DEADLINE_EXCEEDED);
    await info();
  },

  async cancel() {
    const { origin } = await info();
    const id = uuid();
    const stream = notary.DepositBatch();
    const ended = new Promise((resolve) => stream.on('error', resolve));
    const answered = new Promise((resolve) => stream.once('data', resolve));
    stream.write({ deposit: id, request: request(origin, id) });
    assert.strictEqual((await answered).deposit, id);
    stream.cancel();
    assert.strictEqual((await ended).code, grpc.status.CANCELLED);
    await ok(notary, 'GetCertificate', { deposit: id });
  },

  async metadata() {
    const metadata = new grpc.Metadata();
    metadata.set('x-trace', 'abc');
    metadata.set('x-trace-bin', Buffer.from([0, 255, 10]));
    const unary = notary.GetLedgerInfo({}, metadata, () => {});
    const headers = await new Promise((resolve) => unary.on('metadata', resolve));
    assert.deepStrictEqual(headers.get('content-type'), ['application/grpc']);
    const status = await new Promise((resolve) => unary.on('status', resolve));
    assert.strictEqual(status.code, grpc.status.OK);
    assert.deepStrictEqual(status.metadata.get('grpc-status-details-bin'), []);
  },

  async compression() {
    const client = new packages.notary.v1.Notary(address, grpc.credentials.createInsecure(), {
      'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip,
    });
    const { origin } = await ok(client, 'GetLedgerInfo', {});
    await ok(client, 'Deposit', { request: request(origin, uuid()) });
  },

  async health() {
    for (const service of ['', 'notary.v1.Notary'])
      assert.strictEqual((await ok(health, 'Check', { service })).status, 'SERVING');
    const { error } = await call(health, 'Check', { service: 'no.such.Service' });
    assert.strictEqual(error.code, grpc.status.NOT_FOUND);
  },

  async health_watch() {
    for (const [service, status] of [['', 'SERVING'], ['no.such.Service', 'SERVICE_UNKNOWN']]) {
      const stream = health.Watch({ service });
      stream.on('error', () => {});
      assert.strictEqual((await new Promise((resolve) => stream.once('data', resolve))).status, status);
      stream.cancel();
    }
  },

  async reflection() {
    const stream = reflection.ServerReflectionInfo();
    const questions = [
      { list_services: '' },
      { file_containing_symbol: 'notary.v1.Notary.Deposit' },
      { file_by_filename: 'no/such/file.proto' },
    ];
    questions.forEach((question) => stream.write(question));
    stream.end();
    const answers = [];
    for await (const answer of stream) answers.push(answer);
    assert.deepStrictEqual(answers[0].list_services_response.service.map((service) => service.name).sort(),
      ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', 'notary.v1.Accounts', 'notary.v1.Notary']);
    assert.strictEqual(answers[2].error_response.error_code, grpc.status.NOT_FOUND);
    // A client made of the answer alone calls the service.
    const set = answers[1].file_descriptor_response.file_descriptor_proto;
    const described = grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(descriptorSet(set), options));
    const { origin } = await ok(connect(described.notary.v1.Notary), 'GetLedgerInfo', {});
    assert.ok(origin);
  },
};

// google.protobuf.FileDescriptorSet: field 1, repeated.
function descriptorSet(files) {
  return Buffer.concat(files.flatMap((file) => {
    const length = [];
    for (let rest = file.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return [Buffer.from([0x0a, ...length]), file];
  }));
}

checks[checkName]().then(
  () => process.exit(0),
  (error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
