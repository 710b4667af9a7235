using System.Globalization;

namespace Notary.Core;

/// <summary>
/// A file that had another length when it was hashed than before: it changed meanwhile, and its digest would be of no
/// version that ever existed. Whoever opened the file names it.
/// </summary>
/// <param name="expected">Bytes that were announced.</param>
/// <param name="read">Bytes that were read; reading stops soon after the announced length.</param>
public sealed class ContentChangedException(ulong expected, ulong read)
    : IOException(string.Create(CultureInfo.InvariantCulture, $"The file changed while it was hashed: it had {expected} bytes before, {(read > expected ? "and has more" : $"and ended after {read}")} now."))
{
    public ulong Expected { get; } = expected;

    public ulong Read { get; } = read;
}
