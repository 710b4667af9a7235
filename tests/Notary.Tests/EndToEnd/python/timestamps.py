"""Evaluates OpenTimestamps files by Debian's python3-opentimestamps and python3-bitcoinlib, which share no line with ours.

    timestamps.py FILE FILE.ots HEIGHT HEADER...

Exits with 0 when the timestamp is of the file and each of its Bitcoin attestations holds in the header given for its height
(HEIGHT HEADER, the header in hex), with at least one; prints the block's time.
"""
import hashlib
import sys

from bitcoin.core import CBlockHeader
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation
from opentimestamps.core.serialize import BytesSerializationContext, StreamDeserializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile


def main(path, timestamp_path, *pairs):
    headers = {int(height): CBlockHeader.deserialize(bytes.fromhex(header)) for height, header in zip(pairs[::2], pairs[1::2])}
    with open(timestamp_path, "rb") as file:
        detached = DetachedTimestampFile.deserialize(StreamDeserializationContext(file))
    with open(path, "rb") as file:
        if hashlib.sha256(file.read()).digest() != detached.file_digest:
            sys.exit("the timestamp is of another file")
    context = BytesSerializationContext()
    detached.serialize(context)
    with open(timestamp_path, "rb") as file:
        if context.getbytes() != file.read():
            sys.exit("the file is not written as the reference writes it")
    found = 0
    for message, attestation in detached.timestamp.all_attestations():
        if isinstance(attestation, BitcoinBlockHeaderAttestation):
            print(attestation.verify_against_blockheader(message, headers[attestation.height]))
            found += 1
    if found == 0:
        sys.exit("the timestamp names no block")


main(*sys.argv[1:])
