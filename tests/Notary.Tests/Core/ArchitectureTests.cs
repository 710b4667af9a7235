using System.Text.RegularExpressions;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The picture of the imports stays a tree, and the habits that a compiler does not check are kept.</summary>
public sealed partial class ArchitectureTests
{
    public static TheoryData<string, string[]> Rows => new()
    {
        { "Notary.Core", ["System.", "BouncyCastle."] },
        { "Notary.Documents", ["System.", "Notary.Core", "QRCoder"] },
        { "Notary.Server", ["System.", "Microsoft.", "Grpc.", "Google.Protobuf", "SQLitePCLRaw.", "LiteDB", "OpenTelemetry", "Notary.Core", "Notary.Documents", "Notary.Proto"] },
        { "Notary.Proto", ["System.", "Grpc.Core.Api", "Google.Protobuf"] },
        {
            "notary",
            ["System.", "Microsoft.", "Grpc.", "Google.Protobuf", "Spectre.Console", "Notary.Core", "Notary.Documents", "Notary.Proto", "Notary.Server"]
        },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_assembly_references_no_more_than_its_share(string assembly, string[] allowed)
    {
        var references = System.Reflection.Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!).ToArray();
        Assert.NotEmpty(references);
        Assert.DoesNotContain(references, name => !allowed.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
        if (assembly == "Notary.Core")
            Assert.DoesNotContain(references, name => name.StartsWith("System.Net.", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_project_files_and_versions_know_the_package_set()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), "*.cs", SearchOption.AllDirectories);
        Assert.DoesNotContain(sources, file => Conditional().IsMatch(File.ReadAllText(file)));
    }

    [Fact]
    public void Project_files_name_no_version_and_pin_every_package_in_a_lock_file()
    {
        foreach (var project in Directory.EnumerateFiles(RepositoryFolder.Path, "*.csproj", SearchOption.AllDirectories))
        {
            Assert.DoesNotMatch(@"<PackageReference[^>]*\bVersion=", File.ReadAllText(project));
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project);
        }
    }

    [GeneratedRegex(@"^\s*#if\b", RegexOptions.Multiline)]
    private static partial Regex Conditional();
}
