"""The byte formats of ../../../../proto/README.md, written once more: what a client in another language needs."""
import base64
import hashlib
import os
import time
import uuid as uuids


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def uuid():
    """RFC 9562 version 7 with its time rounded down to the minute."""
    minute = int(time.time()) // 60 * 60_000
    raw = bytearray(minute.to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(uuids.UUID(bytes=bytes(raw)))


def request(origin, deposit, **changed):
    fields = {
        "ledger": origin,
        "deposit": deposit,
        "account": os.environ.get("NOTARY_ACCOUNT") or "local",
        "commitment": os.urandom(32).hex(),
        "items": "1",
        "nonce": os.urandom(32).hex(),
        "kind": "trade-secret",
        "title": "转子几何, rev. C",
        "requested": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
    }
    fields.update(changed)
    return ("notary.request/v1\n" + "".join(f"{name} {value}\n" for name, value in fields.items())).encode()


def field(text, name):
    return next(line[len(name) + 1:] for line in text.decode().split("\n") if line.startswith(name + " "))


def verify_proof(entry, proof):
    """RFC 9162 section 2.1.3.2, over a C2SP tlog-proof. Python's own library has no Ed25519."""
    head, checkpoint, _ = proof.decode().split("\n\n")
    _, index, *path = head.split("\n")
    origin, size, root = checkpoint.split("\n")
    fn = index = int(index.removeprefix("index "))
    sn, digest = int(size) - 1, sha256(b"\x00", entry)
    for line in path:
        sibling = base64.b64decode(line)
        if fn & 1 or fn == sn:
            digest = sha256(b"\x01", sibling, digest)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            digest = sha256(b"\x01", digest, sibling)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0 and base64.b64encode(digest).decode() == root, "the proof does not lead to the root"
    return index
