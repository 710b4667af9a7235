using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A time-stamping authority that is nobody's but OpenSSL's: its certificates, and its <c>openssl ts -reply</c>.</summary>
internal sealed class OpenSslAuthority
{
    private readonly string folder;

    private OpenSslAuthority(string folder) => this.folder = folder;

    public string RootFile => Path.Combine(folder, "root.pem");

    public TimestampRoots Roots => TimestampRoots.Parse(File.ReadAllText(RootFile));

    /// <summary>The arguments that <c>openssl ts -reply</c> takes after the query and the output.</summary>
    public string[] ReplyArguments => ["-config", Path.Combine(folder, "tsa.cnf"), "-section", "tsa"];

    /// <param name="folder">A folder that the caller removes.</param>
    /// <param name="digest">The hash function that the root signs the authority's certificate under.</param>
    /// <param name="withPss">Whether the root has an RSA key and signs by RSASSA-PSS.</param>
    public static async Task<OpenSslAuthority> CreateAsync(string folder, string digest = "sha256", bool withPss = false)
    {
        Directory.CreateDirectory(folder);
        var authority = new OpenSslAuthority(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "tsa.cnf"), Configuration(folder));
        string[] rsa = ["-newkey", "rsa:2048", "-nodes"], padding = withPss ? ["-sigopt", "rsa_padding_mode:pss"] : [];
        string[] curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        await authority.OpenSslAsync(["req", "-x509", .. withPss ? rsa : curve, "-keyout", "root.key", "-out", "root.pem", "-days", "3650", "-subj", "/CN=OpenSSL root", "-config", "tsa.cnf", "-extensions", "root"]);
        await authority.OpenSslAsync(["req", "-new", .. curve, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=OpenSSL time-stamping", "-config", "tsa.cnf"]);
        await authority.OpenSslAsync(["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3000", $"-{digest}", .. padding, "-out", "tsa.pem", "-extfile", "tsa.cnf", "-extensions", "tsa_certificate"]);
        await File.WriteAllTextAsync(Path.Combine(folder, "serial"), "01\n");
        return authority;
    }

    /// <summary>What it replies to a query.</summary>
    public async Task<byte[]> ReplyAsync(byte[] query)
    {
        // One at a time: the serial number is in a file.
        var name = Path.Combine(folder, Path.GetRandomFileName());
        await File.WriteAllBytesAsync(name + ".tsq", query);
        await OpenSslAsync(["ts", "-reply", "-queryfile", name + ".tsq", "-out", name + ".tsr", .. ReplyArguments]);
        return await File.ReadAllBytesAsync(name + ".tsr");
    }

    private async Task OpenSslAsync(params string[] arguments) =>
        (await ExternalTool.RunAsync("openssl", arguments, folder)).Succeeded();

    private static string Configuration(string folder) => $"""
        [req]
        distinguished_name = name
        prompt = no
        [name]
        [root]
        basicConstraints = critical,CA:TRUE
        keyUsage = critical,keyCertSign,cRLSign
        subjectKeyIdentifier = hash
        [tsa_certificate]
        basicConstraints = CA:FALSE
        keyUsage = critical,digitalSignature
        extendedKeyUsage = critical,timeStamping
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid
        [tsa]
        dir = {folder}
        serial = $dir/serial
        signer_cert = $dir/tsa.pem
        signer_key = $dir/tsa.key
        signer_digest = sha256
        certs = $dir/root.pem
        default_policy = 1.2.3.4.1
        digests = sha256,sha384,sha512
        accuracy = secs:1, millisecs:500
        ordering = yes
        tsa_name = yes
        ess_cert_id_chain = no
        ess_cert_id_alg = sha256
        """;
}
