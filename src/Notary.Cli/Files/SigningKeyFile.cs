using Notary.Core;

namespace Notary.Cli;

/// <summary>A depositor's signing key, as <c>notary keygen</c> writes it.</summary>
internal static class SigningKeyFile
{
    private const int Bytes = 4_096;

    /// <exception cref="CliException">It cannot be read, or is no key whose name is an account.</exception>
    public static SigningKey Read(string path)
    {
        try
        {
            var text = StrictText.Decode("signing key", InputFile.ReadAll(path, Bytes, "a signing key"));
            var key = SigningKey.Parse(text.TrimEnd('\n'));
            return TextRules.IsAccount(key.Verifier.Name)
                ? key
                : throw CliException.Input($"{path}: the key's name is no account: 1 to {Limits.AccountCharacters} characters of a-z, 0-9, '-'");
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "a key is made by: notary keygen --name NAME --out FILE");
        }
    }
}
