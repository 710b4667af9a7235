using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>Checks 1 and 2 as commands: the documents' digests, and the way from them to the commitment.</summary>
internal static class HandDocuments
{
    private const string Nonce = """
        nonce() { openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt "hexkey:$(cat "$E/seed.txt")" \
          -kdfopt "hexinfo:$(printf "notary/v1/$1\\0" | xxd -p -c 64)$2" HKDF | tr -d ':\n' | tr A-F a-f; }
        """;

    private const string Leaves = """
        mkdir "$E/items"
        awk -v d="$E/items/" 'BEGIN { n = 1 } NR > 1 { if ($0 == "") close(d n++); else print > (d n) }' "$E/manifest.txt"
        for i in "$E"/items/*; do
          d=$(sed -n 's/^sha256 //p' "$i"); m=$(sha256sum < "$i" | cut -c1-64)
          p=$(sed -n 's/^path //p' "$i" | tr -d '\n' | sha256sum | cut -c1-64)
          echo "00$(echo "02$X$d$(nonce content "$p")" | sha)$(echo "03$X$m$(nonce metadata "$p")" | sha)" | sha
        done | LC_ALL=C sort > "$E/leaves"
        """;

    private const string Root = """
        root() {
          if [ $# = 1 ]; then echo "$1"; return; fi
          local k=1; while [ $((2 * k)) -lt $# ]; do k=$((2 * k)); done
          echo "01$(root "${@:1:k}")$(root "${@:k+1}")" | sha
        }
        root $(cat "$E/leaves")
        """;

    public static IEnumerable<Block> Files(HandFacts facts)
    {
        var files = facts.Files;
        foreach (var (i, file) in files.Take(HandChecks.MostFiles).Index())
        {
            var place = i < facts.Evidence.Included.Count ? "PACKAGE" : "DOCUMENTS";
            var document = $"\"${place}\"/{ShellText.Quote(file.Path)}";
            var commands = $"sha256sum < {document}\n";
            var expected = $"{file.Sha256}  -\n";
            var listed = Source(facts.Evidence, file.Sha256);
            if (listed is not null)
            {
                commands += $"grep -h -F -x 'sha256 {file.Sha256}' \"$E\"/{listed} | head -n 1\n";
                expected += $"sha256 {file.Sha256}\n";
            }

            yield return new Listing(new($"The digest of {file.Path}", $"{file.Path} 的摘要"), commands, expected);
        }

        if (files.Count > HandChecks.MostFiles)
            yield return new Prose(new(
                string.Create(CultureInfo.InvariantCulture, $"So for the {files.Count - HandChecks.MostFiles:N0} other files."),
                string.Create(CultureInfo.InvariantCulture, $"其余 {files.Count - HandChecks.MostFiles:N0} 个文件同此。")));
    }

    public static IEnumerable<Block> Commitment(HandFacts facts)
    {
        if (facts.Statement is not { } statement || (facts.Evidence.Manifest is null && facts.Evidence.Openings.Count == 0))
            yield break;
        yield return new Listing(
            new("X binds everything to this deposit of this ledger", "X 将各项与本账本的本次存证绑定"),
            $"X=$(printf 'notary/v1/deposit\\0ledger %s\\ndeposit %s\\n' {statement.Ledger} {statement.Deposit} | sha256sum | cut -c1-64)\necho \"$X\"\n",
            $"{Fingerprint.Binding(statement.Ledger, statement.Deposit)}\n");
        foreach (var block in facts.Evidence.Manifest is { } manifest ? FromManifest(statement, manifest) : FromOpenings(facts, statement))
            yield return block;
    }

    private static IEnumerable<Block> FromManifest(Statement statement, Manifest manifest)
    {
        yield return new Listing(
            new("A leaf an item: its digest and its text, each blinded with a nonce from the seed", "每个条目一个叶值：其摘要与文本各以种子导出的随机数隐藏"),
            $"{Nonce}\n{Leaves}\nwc -l < \"$E/leaves\"\n".ReplaceLineEndings("\n"),
            string.Create(CultureInfo.InvariantCulture, $"{manifest.Items.Count}\n"));
        yield return new Listing(
            new("The leaves, sorted, give the commitment", "叶值排序后得出承诺值"),
            $"{Root}\n".ReplaceLineEndings("\n"),
            $"{statement.Commitment}\n");
    }

    private static IEnumerable<Block> FromOpenings(HandFacts facts, Statement statement)
    {
        var binding = Fingerprint.Binding(statement.Ledger, statement.Deposit);
        foreach (var (leaf, opening) in facts.Evidence.Openings.Take(HandChecks.MostFiles))
        {
            if ((opening.Item?.Sha256 ?? Hidden(facts.Files, binding, leaf, opening)) is not { } digest)
                continue;
            yield return new Listing(
                new($"Opening {leaf}", $"披露项 {leaf}"), Opened(leaf, opening, digest), $"{leaf}\n{statement.Commitment}\n");
        }

        if (facts.Evidence.Openings.Count > HandChecks.MostFiles)
            yield return new Prose(new(
                string.Create(CultureInfo.InvariantCulture, $"So for the {facts.Evidence.Openings.Count - HandChecks.MostFiles:N0} other openings."),
                string.Create(CultureInfo.InvariantCulture, $"其余 {facts.Evidence.Openings.Count - HandChecks.MostFiles:N0} 个披露项同此。")));
    }

    private static string Opened(Hash leaf, Opening opening, Hash digest)
    {
        var commands = new StringBuilder();
        commands.Append(CultureInfo.InvariantCulture, $"c=$(echo \"02${{X}}{digest}{opening.ContentNonce}\" | sha)\n");
        if (opening.MetadataNonce is { } nonce)
            commands.Append(CultureInfo.InvariantCulture, $"m=$(sed '1,/^$/d' \"$E/openings/{leaf}.txt\" | sha256sum | cut -c1-64)\nt=$(echo \"03${{X}}${{m}}{nonce}\" | sha)\n");
        else
            commands.Append(CultureInfo.InvariantCulture, $"t={opening.Metadata}\n");
        commands.Append("r=$(echo \"00$c$t\" | sha); echo \"$r\"\n");
        foreach (var (left, sibling) in opening.Path)
            commands.Append(left ? $"r=$(echo \"01{sibling}$r\" | sha)\n" : $"r=$(echo \"01${{r}}{sibling}\" | sha)\n");
        return commands.Append("echo \"$r\"\n").ToString();
    }

    /// <summary>The digest of the given file that an opening without item text is of; null when it is of none.</summary>
    private static Hash? Hidden(IReadOnlyList<GivenFile> files, Hash binding, Hash leaf, Opening opening)
    {
        foreach (var file in files.Take(HandChecks.MostFiles))
        {
            var content = Fingerprint.ContentCommitment(binding, file.Sha256, opening.ContentNonce);
            if (opening.Metadata is { } metadata && Fingerprint.Leaf(content, metadata) == leaf)
                return file.Sha256;
        }

        return null;
    }

    /// <summary>Where in the package the digest is stated; null when nothing states digests.</summary>
    private static string? Source(Evidence evidence, Hash digest)
    {
        if (evidence.Manifest is not null)
            return "manifest.txt";
        foreach (var (leaf, opening) in evidence.Openings)
        {
            if (opening.Item?.Sha256 == digest)
                return $"openings/{leaf}.txt";
        }

        return null;
    }
}
