using System.CommandLine;

namespace Notary.Cli;

internal static class LanguageOption
{
    public static Option<Language> Create() => new("--language")
    {
        Description = "zh or en; by default what LC_ALL, LC_MESSAGES or LANG say.",
        HelpName = "zh|en",
        DefaultValueFactory = _ => Languages.FromEnvironment(),
        CustomParser = result =>
        {
            switch (result.Tokens is [var token] ? token.Value : "")
            {
                case "zh":
                    return Language.Chinese;
                case "en":
                    return Language.English;
                default:
                    result.AddError("--language is zh or en");
                    return default;
            }
        },
    };
}
