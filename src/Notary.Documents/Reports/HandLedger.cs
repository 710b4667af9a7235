using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>Checks 3 to 7 as commands: hashes of texts, the way up the tree, signatures.</summary>
internal static class HandLedger
{
    // Ed25519 as SubjectPublicKeyInfo (RFC 8410): this, then the 32 bytes of the key.
    private const string KeyPrefix = "302a300506032b6570032100";

    public static IEnumerable<Block> Claims(HandFacts facts)
    {
        if (facts is not { Statement: { } statement, Claims: { } claims })
            yield break;
        yield return new Listing(
            new("The claims hash to the entry's value", "声明的摘要与条目所载相同"),
            "sha256sum < \"$E/claims.txt\"\nsed -n 's/^claims //p' \"$E/statement.txt\"\n",
            $"{statement.Claims}  -\n{statement.Claims}\n");
        if (facts.Request is not { Request: var request })
            yield break;
        yield return new Listing(
            new("The request hashes to the claims' value", "请求的摘要与声明所载相同"),
            "sha256sum < \"$E/request.txt\"\nsed -n 's/^request //p' \"$E/claims.txt\"\n",
            $"{claims.Request}  -\n{claims.Request}\n");
        var common = $"ledger {statement.Ledger}\ndeposit {statement.Deposit}\ncommitment {statement.Commitment}\n";
        yield return new Listing(
            new("Entry, claims and request agree", "条目、声明与请求一致"),
            "grep -E '^(ledger|deposit|commitment) ' \"$E/statement.txt\"\ngrep -E '^(ledger|deposit|commitment) ' \"$E/request.txt\"\ngrep '^account ' \"$E/claims.txt\"\ngrep '^account ' \"$E/request.txt\"\n",
            $"{common}{common}account {claims.Account}\naccount {claims.Account}\n");
    }

    public static IEnumerable<Block> Signature(HandFacts facts)
    {
        if (facts.Request?.Note is not { } note || (facts.Inputs.Depositor ?? facts.Claims?.Key) is not { Algorithm: KeyAlgorithm.Ed25519 } key)
            yield break;
        if (Listed(note, key, "request.txt", new("The depositor's signature", "存证人签名")) is { } listing)
            yield return listing;
    }

    public static IEnumerable<Block> Inclusion(HandFacts facts)
    {
        if (facts.Proof is not { } proof || facts.Statement is null || proof.Index >= proof.Checkpoint.Size)
            yield break;
        yield return UpTheTree(proof, "checkpoint.txt");
    }

    /// <summary>From the entry to the root of a checkpoint that is in a file of the evidence.</summary>
    public static Listing UpTheTree(TlogProof proof, string file)
    {
        var commands = new StringBuilder("r=$({ printf '\\0'; cat \"$E/statement.txt\"; } | sha256sum | cut -c1-64)\n");
        var (position, last) = (proof.Index, proof.Checkpoint.Size - 1);
        // RFC 9162, section 2.1.3.2, with the sides written out.
        foreach (var sibling in proof.Path)
        {
            var left = (position & 1) == 1 || position == last;
            commands.Append(left ? $"r=$(echo \"01{sibling}$r\" | sha)\n" : $"r=$(echo \"01${{r}}{sibling}\" | sha)\n");
            while (left && (position & 1) == 0 && position != 0)
                (position, last) = (position >> 1, last >> 1);
            (position, last) = (position >> 1, last >> 1);
        }

        commands.Append(CultureInfo.InvariantCulture, $"echo \"$r\"\nsed -n 3p \"$E/{file}\" | base64 -d | xxd -p -c 32\n");
        return new Listing(
            new(
                string.Create(CultureInfo.InvariantCulture, $"From the entry up to the root of {proof.Checkpoint.Size} entries: a sibling a line"),
                string.Create(CultureInfo.InvariantCulture, $"由条目逐层计算至共 {proof.Checkpoint.Size} 条的根")),
            commands.ToString(),
            $"{proof.Checkpoint.Root}\n{proof.Checkpoint.Root}\n");
    }

    public static IEnumerable<Block> Checkpoint(HandFacts facts)
    {
        if (facts.Proof is not { } proof)
            yield break;
        var keys = facts.Inputs.Policy.Logs.Select(log => log.Key)
            .Concat(facts.Inputs.KeyChanges.Select(change => change.Change.New))
            .Where(key => key.Name == proof.Checkpoint.Origin);
        foreach (var key in keys.Distinct())
        {
            var caption = new Sentence(
                $"The ledger's signature, under the key {key.KeyId:x8} of the trust file", $"账本签名，依据信任文件所列密钥 {key.KeyId:x8}");
            if (Listed(proof.Note, key, "checkpoint.txt", caption) is { } listing)
                yield return listing;
        }
    }

    public static IEnumerable<Block> Witnesses(HandFacts facts)
    {
        if (facts.Proof is not { } proof)
            yield break;
        foreach (var witness in facts.Inputs.Policy.Witnesses)
        {
            var caption = new Sentence($"The cosignature of {witness.Key.Name}", $"{witness.Key.Name} 的联署");
            if (Listed(proof.Note, witness.Key, "checkpoint.txt", caption) is { } listing)
                yield return listing;
        }
    }

    /// <summary>One signature line of a note, or null when no line names the key.</summary>
    private static Listing? Listed(SignedNote note, VerifierKey key, string file, Sentence caption)
    {
        var at = note.Signatures.ToList().FindIndex(signature => signature.Name == key.Name && signature.KeyId == key.KeyId);
        if (at < 0)
            return null;
        var lines = note.Text.Count(character => character == '\n');
        // Behind the text an empty line, then the signatures; a cosignature signs its time before the text (C2SP tlog-cosignature).
        var signature = string.Create(CultureInfo.InvariantCulture, $"sed -n {lines + 2 + at}p \"$E/{file}\" | sed 's/.* //' | base64 -d");
        var signed = string.Create(CultureInfo.InvariantCulture, $"head -n {lines} \"$E/{file}\"");
        if (key.Algorithm == KeyAlgorithm.Cosignature)
            signed = $"{{ printf 'cosignature/v1\\ntime %d\\n' \"0x$({signature} | tail -c 72 | head -c 8 | xxd -p)\"; {signed}; }}";
        return new Listing(
            caption,
            $"echo {KeyPrefix}{Convert.ToHexStringLower(key.PublicKey.Span)} | xxd -r -p > \"$E/key.der\"\n"
            + $"{signed} > \"$E/signed\"\n"
            + $"{signature} | tail -c 64 > \"$E/signature\"\n"
            + "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey \"$E/key.der\" -in \"$E/signed\" -sigfile \"$E/signature\"\n",
            HandChecks.Verified + "\n");
    }
}
