using System.CommandLine;
using System.Security.Cryptography;

namespace Notary.Faults;

/// <summary>Options that several verbs have.</summary>
internal static class Options
{
    public static readonly Option<DirectoryInfo?> Folder = new("--folder")
    {
        Description = "Where ledgers are made; default: the system's temporary folder",
    };

    public static readonly Option<int> Seed = new("--seed")
    {
        Description = "Of every choice of the run; printed, so that a failure repeats. Default: a new one each time",
        DefaultValueFactory = _ => RandomNumberGenerator.GetInt32(int.MaxValue),
    };

    public static Option<int> Number(string name, int normally, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => normally };
}
