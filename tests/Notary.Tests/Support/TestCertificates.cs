using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Tests.Support;

/// <summary>A certificate authority for TLS in a folder, as PEM files: a root, a server on localhost, clients.</summary>
internal sealed class TestCertificates
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly string folder;
    private readonly X509Certificate2 root;
    private int serial;

    public TestCertificates(string folder, string name = "Test")
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        root = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-9), TimeProvider.System.GetUtcNow().AddYears(1));
        File.WriteAllText(Root, root.ExportCertificatePem());
    }

    public string Root => Path.Combine(folder, "root.pem");

    public string CertificateOf(string name) => Path.Combine(folder, name + ".pem");

    public string KeyOf(string name) => Path.Combine(folder, name + ".key");

    /// <summary>Makes the server's certificate, or another in its place.</summary>
    public void MakeServer(string name = "server") => Make(name, ServerUsage, 30);

    /// <summary>Makes a client's certificate.</summary>
    public X509Certificate2 MakeClient(string name, int days = 30) => Make(name, ClientUsage, days);

    private X509Certificate2 Make(string name, string usage, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(root, now.AddDays(-1).AddDays(Math.Min(days, 0)), days > 0 ? now.AddDays(days) : now.AddHours(-1), [1, (byte)++serial]);
        File.WriteAllText(KeyOf(name), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateOf(name), certificate.ExportCertificatePem());
        using var pem = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
