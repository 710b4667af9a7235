using Notary.Core;

namespace Notary.Cli;

/// <summary>The language of verdicts: what <c>--language</c> says, else the first of LC_ALL, LC_MESSAGES and LANG that is set.</summary>
internal enum Language
{
    English,
    Chinese,
}

internal static class Languages
{
    public static Language FromEnvironment()
    {
        foreach (var variable in (ReadOnlySpan<string>)["LC_ALL", "LC_MESSAGES", "LANG"])
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } locale)
                return locale.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Language.Chinese : Language.English;
        }

        return Language.English;
    }

    public static string In(this Sentence sentence, Language language) =>
        language == Language.Chinese ? sentence.Chinese : sentence.English;
}
