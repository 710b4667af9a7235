using System.CommandLine;
using Notary.Server;

namespace Notary.Cli;

/// <summary>An option that names a kind of database.</summary>
internal static class StoreOption
{
    /// <typeparam name="T"><see cref="StoreKind"/>, nullable where it may be left out.</typeparam>
    public static Option<T> Create<T>(string name, string description, bool required) => new(name)
    {
        Description = description,
        HelpName = "sqlite|litedb",
        Required = required,
        CustomParser = result =>
        {
            var text = result.Tokens is [var token] ? token.Value : "";
            if (LedgerStores.Parse(text) is { } kind)
                return (T)(object)kind;
            result.AddError($"{name} {text}: is neither sqlite nor litedb");
            return default;
        },
    };
}
