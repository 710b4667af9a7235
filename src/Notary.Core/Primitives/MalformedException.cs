namespace Notary.Core;

/// <summary>
/// What every parser of this assembly throws: a text or file that somebody handed in breaks a rule of its format.
/// It is about their data, never about a misuse of the API (that is an <see cref="ArgumentException"/>) and never a
/// verdict on a signature or a proof (those are values).
/// </summary>
public sealed class MalformedException : Exception
{
    /// <param name="document">What was read: <c>notary.request/v1</c>, <c>note</c>, <c>certificate</c>, …</param>
    /// <param name="field">The field or line at fault, or null when it is the whole.</param>
    /// <param name="problem">What is wrong, with the limit where there is one.</param>
    public MalformedException(string document, string? field, string problem)
        : base(field is null ? $"{document}: {problem}" : $"{document}: {field}: {problem}")
    {
        Document = document;
        Field = field;
        Problem = problem;
    }

    public string Document { get; }

    public string? Field { get; }

    public string Problem { get; }
}
