using System.Security.Cryptography;
using Notary.Core;
using Notary.Server;

namespace Notary.Bench;

/// <summary>A root and a time-stamping certificate in files, for our authority and for openssl's alike.</summary>
internal sealed class StampFiles
{
    private readonly TemporaryFolder folder;

    public StampFiles(TemporaryFolder folder)
    {
        this.folder = folder;
        using var random = RandomNumberGenerator.Create();
        var ca = TimestampCa.Create("Bench", TimeProvider.System.GetUtcNow().AddMinutes(-1), random);
        folder.WriteSecret("root.pem", ca.RootCertificate);
        folder.WriteSecret("tsa.pem", ca.AuthorityChain);
        folder.WriteSecret("tsa.key", ca.AuthorityKey);
        folder.WriteSecret("serial", "01\n");
        folder.WriteSecret("tsa.cnf", $"[tsa]\nserial = {folder["serial"]}\ndigests = sha256\ndefault_policy = 1.2.3.4.1\nsigner_digest = sha256\ness_cert_id_alg = sha256\n");
        File.WriteAllBytes(folder["query"], Query);
    }

    /// <summary>One and the same query, which asks for the certificate.</summary>
    public static byte[] Query { get; } = new TimestampQuery(MessageImprint.Of(Hash.Of([]))) { Nonce = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, WantsCertificate = true }.ToDer();

    public AuthorityOptions Authority => new(folder["tsa.pem"], folder["tsa.key"], null);

    public TimestampRoots Roots => TimestampRoots.Parse(File.ReadAllText(folder["root.pem"]));

    public string this[string name] => folder[name];

    /// <summary>So many replies of openssl, one after the other, each a process: it has no server.</summary>
    public string OpenSslReplies(int count) =>
        $"i=0; while [ $i -lt {count} ]; do openssl ts -reply -config '{folder["tsa.cnf"]}' -section tsa -queryfile '{folder["query"]}' -signer '{folder["tsa.pem"]}' -inkey '{folder["tsa.key"]}' -out '{folder["reply"]}' 2>&1 || exit 1; i=$((i+1)); done";
}
