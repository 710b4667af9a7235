using System.Security.Cryptography;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The ledger's private key in a file of mode 0600, one line <c>PRIVATE+KEY+origin+id+base64</c>. Whoever holds it signs as
/// the ledger. Its name is where the ledger's origin is kept: it stands from the first start on.
/// </summary>
internal static class LedgerKey
{
    private const int OriginDigits = 8;
    private const int MaximumSize = 1_024;

    /// <summary>The key, or null when there is no file.</summary>
    /// <exception cref="LedgerRefusedException">The file is not a ledger's key. Its content is not repeated.</exception>
    public static SigningKey? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            if (new FileInfo(path).Length > MaximumSize)
                throw new MalformedException("signing key", null, "is too long for a key");
            var key = SigningKey.Parse(File.ReadAllText(path, Encoding.ASCII).TrimEnd('\n'));
            return TextRules.IsOrigin(key.Verifier.Name)
                ? key
                : throw new MalformedException("signing key", null, "is not named by an origin");
        }
        catch (MalformedException e)
        {
            throw new LedgerRefusedException($"{path} is not this ledger's key: {e.Problem}", "put back the key file");
        }
    }

    /// <summary>Makes a key, durable when this returns.</summary>
    public static SigningKey Create(string path, string? origin, RandomNumberGenerator randomness)
    {
        Span<byte> random = stackalloc byte[SigningKey.SeedSize];
        if (origin is null)
        {
            randomness.GetBytes(random);
            origin = string.Concat("localhost/", Convert.ToHexStringLower(random[..(OriginDigits / 2)]));
        }

        randomness.GetBytes(random);
        var key = SigningKey.Create(origin, random);
        CryptographicOperations.ZeroMemory(random);
        Write(path, key);
        return key;
    }

    /// <summary>Writes a key to a file that is not there yet, durable when this returns.</summary>
    public static void Write(string path, SigningKey key) =>
        DurableFile.WriteNew(path, Encoding.ASCII.GetBytes(key.ToSecretString() + "\n"));
}
