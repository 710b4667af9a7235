"""An independent client: client.py <host:port> <descriptor set of the protos> <name of a check>.

The descriptor set is what `protoc --include_imports --descriptor_set_out` writes. Exits with 0 when the server behaves.
"""
import os
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from formats import field, request, sha256, uuid, verify_proof

POOL = descriptor_pool.DescriptorPool()
FACTORY = message_factory.MessageFactory(POOL)


def message(name, **fields):
    return FACTORY.GetPrototype(POOL.FindMessageTypeByName(name))(**fields)


class Client:
    """Calls methods by name through the descriptors, without generated code."""

    def __init__(self, channel, service):
        self._channel = channel
        self._service = POOL.FindServiceByName(service)

    def __getattr__(self, name):
        method = self._service.methods_by_name[name]
        sides = "".join(
            "stream_" if streams else "unary_" for streams in self._streaming(name)).strip("_")
        return getattr(self._channel, sides)(
            f"/{self._service.full_name}/{name}",
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=FACTORY.GetPrototype(method.output_type).FromString)

    def _streaming(self, name):
        proto = descriptor_pb2.ServiceDescriptorProto()
        self._service.CopyToProto(proto)
        method = next(method for method in proto.method if method.name == name)
        return method.client_streaming, method.server_streaming


def fails(code, method, *arguments, **options):
    try:
        response = method(*arguments, **options)
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()}: {error.details()}"
        return error
    raise AssertionError(f"succeeded: {response}")


def details(error):
    raw = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = message("google.rpc.Status")
    status.ParseFromString(raw)
    assert status.code == error.code().value[0] and status.message == error.details()
    unpacked = {}
    for packed in status.details:
        detail = message(packed.type_url.split("/")[-1])
        assert packed.Unpack(detail)
        unpacked[detail.DESCRIPTOR.full_name] = detail
    return unpacked


class Checks:
    def __init__(self, channel):
        self.notary = Client(channel, "notary.v1.Notary")
        self.health = Client(channel, "grpc.health.v1.Health")
        self.reflection = Client(channel, "grpc.reflection.v1.ServerReflection")
        self.origin = self.notary.GetLedgerInfo(message("notary.v1.GetLedgerInfoRequest")).origin

    def stranger(self):
        refused = fails(grpc.StatusCode.UNAUTHENTICATED, self.notary.ListDeposits, message("notary.v1.ListDepositsRequest"))
        assert details(refused)["google.rpc.ErrorInfo"].reason == "NO_CREDENTIAL"

    def _deposit(self, raw, **options):
        return self.notary.Deposit(message("notary.v1.DepositRequest", request=raw), **options)

    @staticmethod
    def _verify(deposit, raw, certificate):
        assert certificate.request == raw
        assert field(certificate.statement, "deposit") == deposit
        assert field(certificate.statement, "commitment") == field(raw, "commitment")
        assert field(certificate.statement, "claims") == sha256(certificate.claims).hex()
        assert field(certificate.claims, "request") == sha256(raw).hex()
        return verify_proof(certificate.statement, certificate.proof)

    def deposit(self):
        deposit = uuid()
        raw = request(self.origin, deposit)
        first = self._deposit(raw).certificate
        assert self._verify(deposit, raw, first) >= 1
        again = self._deposit(raw).certificate
        assert (again.statement, again.claims) == (first.statement, first.claims)
        found = self.notary.GetCertificate(message("notary.v1.GetCertificateRequest", deposit=deposit)).certificate
        self._verify(deposit, raw, found)

    def deposit_batch(self):
        sent = {deposit: request(self.origin, deposit) for deposit in (uuid() for _ in range(40))}
        bad = uuid()
        sent[bad] = request(self.origin, bad, commitment="00")
        answers = self.notary.DepositBatch(
            message("notary.v1.DepositBatchRequest", deposit=deposit, request=raw) for deposit, raw in list(sent.items()))
        for answer in answers:
            raw = sent.pop(answer.deposit)
            if answer.deposit == bad:
                assert answer.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0], answer
            else:
                self._verify(answer.deposit, raw, answer.certificate)
        assert not sent

    def list_and_consistency(self):
        for _ in range(2):
            self._deposit(request(self.origin, uuid()))
        page = self.notary.ListDeposits(message("notary.v1.ListDepositsRequest", page_size=1))
        assert len(page.deposits) == 1 and page.next_page_token
        following = self.notary.ListDeposits(
            message("notary.v1.ListDepositsRequest", page_size=1, page_token=page.next_page_token))
        assert following.deposits[0].index == page.deposits[0].index - 1
        proof = self.notary.GetConsistencyProof(message("notary.v1.GetConsistencyProofRequest", first=1))
        assert proof.checkpoint and all(len(digest) == 32 for digest in proof.hashes)
        fails(grpc.StatusCode.INVALID_ARGUMENT, self.notary.GetConsistencyProof,
              message("notary.v1.GetConsistencyProofRequest", first=0))

    def error_details(self):
        deposit = uuid()
        error = fails(grpc.StatusCode.INVALID_ARGUMENT, self._deposit, request(self.origin, deposit, kind="Secret!"))
        violation, = details(error)["google.rpc.BadRequest"].field_violations
        assert violation.field == "request.kind" and violation.description
        self._deposit(request(self.origin, deposit))
        fails(grpc.StatusCode.ALREADY_EXISTS, self._deposit, request(self.origin, deposit))
        fails(grpc.StatusCode.NOT_FOUND, self.notary.GetCertificate,
              message("notary.v1.GetCertificateRequest", deposit=uuid()))

    def deadline(self):
        # Of a call that the server answers at once, its answer and a deadline of now race: a stream without an end does not.
        silent = threading.Event()
        answers = self.notary.DepositBatch(iter(silent.wait, None), timeout=0.3)
        fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(answers))
        silent.set()

    def cancel(self):
        deposit, done = uuid(), threading.Event()

        def items():
            yield message("notary.v1.DepositBatchRequest", deposit=deposit, request=request(self.origin, deposit))
            done.wait()

        answers = self.notary.DepositBatch(items())
        assert next(answers).deposit == deposit
        answers.cancel()
        fails(grpc.StatusCode.CANCELLED, lambda: next(answers))
        done.set()
        self.notary.GetCertificate(message("notary.v1.GetCertificateRequest", deposit=deposit))

    def metadata(self):
        _, call = self.notary.GetLedgerInfo.with_call(
            message("notary.v1.GetLedgerInfoRequest"), metadata=(("x-trace", "abc"), ("x-trace-bin", b"\x00\xff\n")))
        assert call.code() == grpc.StatusCode.OK
        assert "grpc-status-details-bin" not in dict(call.trailing_metadata())

    def compression(self):
        self._deposit(request(self.origin, uuid()), compression=grpc.Compression.Gzip)
        self._deposit(request(self.origin, uuid()), compression=grpc.Compression.Deflate)

    def health_check(self):
        for service in ("", "notary.v1.Notary"):
            assert self.health.Check(message("grpc.health.v1.HealthCheckRequest", service=service)).status == 1
        fails(grpc.StatusCode.NOT_FOUND, self.health.Check,
              message("grpc.health.v1.HealthCheckRequest", service="no.such.Service"))

    def health_watch(self):
        for service, status in (("", 1), ("no.such.Service", 3)):
            changes = self.health.Watch(message("grpc.health.v1.HealthCheckRequest", service=service))
            assert next(changes).status == status
            changes.cancel()

    def reflect(self):
        name = "grpc.reflection.v1.ServerReflectionRequest"
        questions = [message(name, list_services=""), message(name, file_containing_symbol="notary.v1.Certificate"),
                     message(name, file_containing_symbol="no.such.Symbol"), message(name)]
        services, files, missing, nothing = self.reflection.ServerReflectionInfo(iter(questions))
        assert [service.name for service in services.list_services_response.service] == [
            "notary.v1.Notary", "notary.v1.Accounts", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]
        found = {descriptor_pb2.FileDescriptorProto.FromString(file).name
                 for file in files.file_descriptor_response.file_descriptor_proto}
        assert found == {"notary/v1/notary.proto", "google/rpc/status.proto", "google/protobuf/any.proto"}, found
        assert missing.error_response.error_code == 5 and nothing.error_response.error_code == 3


def connect(address):
    """Over TLS where NOTARY_CA names a root; with a client certificate or an API key where these are given."""
    given = os.environ.get
    if not given("NOTARY_CA"):
        return grpc.insecure_channel(address)

    def read(name):
        if not given(name):
            return None
        with open(given(name), "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(read("NOTARY_CA"), read("NOTARY_CLIENT_KEY"), read("NOTARY_CLIENT_CERTIFICATE"))
    if given("NOTARY_API_KEY"):
        credentials = grpc.composite_channel_credentials(credentials, grpc.access_token_call_credentials(given("NOTARY_API_KEY")))
    return grpc.secure_channel(address, credentials)


def main(address, descriptors, check):
    with open(descriptors, "rb") as file:
        for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
            POOL.Add(proto)
    with connect(address) as channel:
        getattr(Checks(channel), check)()


if __name__ == "__main__":
    main(*sys.argv[1:])
