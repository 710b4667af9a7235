using System.CommandLine;

namespace Notary.Bench;

/// <summary>Options that several verbs have.</summary>
internal static class Options
{
    public static readonly Option<DirectoryInfo?> Folder = new("--folder")
    {
        Description = "Where temporary data goes; its disk is measured too. Default: the system's temporary folder",
    };

    public static readonly Option<int> Seed = new("--seed") { Description = "Of made-up uuids and bytes", DefaultValueFactory = _ => 1 };

    public static Option<int> Number(string name, int normally, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => normally };
}
