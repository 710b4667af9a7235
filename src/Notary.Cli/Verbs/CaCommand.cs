using System.CommandLine;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary ca</c>: certificates for a time-stamping authority of one's own and for a seal, for those without a CA.</summary>
internal static class CaCommand
{
    private static readonly Option<string> Out = new("--out") { Description = "A folder; none of the four files may be there yet.", HelpName = "DIR", Required = true };
    private static readonly Option<string> Name = new("--name") { Description = $"Who you are, at most {TimestampCa.NameCharacters} characters; it stands in both certificates and in every verdict on a token.", HelpName = "NAME", Required = true };

    private static readonly Option<string> SealOut = new("--out") { Description = "A folder; neither of the two files may be there yet.", HelpName = "DIR", Required = true };
    private static readonly Option<string> SealName = new("--name") { Description = $"Who seals, at most {SelfMadeSeal.NameCharacters} characters; it stands on every page that is sealed.", HelpName = "NAME", Required = true };

    public static Command Create(CliContext context)
    {
        var init = new Command("init", "Make a root and a time-stamping certificate, with their keys.") { Out, Name };
        init.SetAction(arguments => Run(context, arguments.GetRequiredValue(Out), arguments.GetRequiredValue(Name)));
        var seal = new Command("seal", "Make a self-made certificate to seal PDFs with, and its key.") { SealOut, SealName };
        seal.SetAction(arguments => RunSeal(context, arguments.GetRequiredValue(SealOut), arguments.GetRequiredValue(SealName)));
        return new Command("ca", "Certificates for a time-stamping authority of your own, and for seals.") { init, seal };
    }

    private static int RunSeal(CliContext context, string folder, string name)
    {
        if (TextRules.TitleProblem(name, SelfMadeSeal.NameCharacters) is { } problem)
            throw CliException.Input($"--name: {problem}");
        var seal = SelfMadeSeal.Create(name, context.Time.GetUtcNow(), context.Random);
        var (key, certificate) = (Path.Join(folder, "seal.key"), Path.Join(folder, "seal.pem"));
        Write(folder, [(key, DurableFile.Private, seal.Key), (certificate, DurableFile.Public, seal.Certificate)]);
        context.Terminal.Fields(
            ("seal.pem", "the certificate, self-made: nobody vouches for whose it is, and every page says so; publish it, verifiers give it with --seal-roots"),
            ("seal.key", "its key, unencrypted: whoever holds it seals in your name"));
        context.Terminal.Line($"seal with: {Shell.Command("notary", "serve", "--data", "DIR", "--seal-certificate", certificate, "--seal-key", key)}");
        return ExitCode.Pass;
    }

    private static int Run(CliContext context, string folder, string name)
    {
        if (TextRules.TitleProblem(name, TimestampCa.NameCharacters) is { } problem)
            throw CliException.Input($"--name: {problem}");
        var ca = TimestampCa.Create(name, context.Time.GetUtcNow(), context.Random);
        (string Path, UnixFileMode Mode, string Text)[] files =
        [
            (Path.Join(folder, "root.key"), DurableFile.Private, ca.RootKey),
            (Path.Join(folder, "root.pem"), DurableFile.Public, ca.RootCertificate),
            (Path.Join(folder, "tsa.key"), DurableFile.Private, ca.AuthorityKey),
            (Path.Join(folder, "tsa.pem"), DurableFile.Public, ca.AuthorityChain),
        ];
        Write(folder, files);
        context.Terminal.Fields(
            ("root.pem", "the root: publish it, verifiers give it with --tsa-roots"),
            ("root.key", "the root's key, unencrypted: move it off this machine, the server does not need it"),
            ("tsa.pem", "the time-stamping certificate and the root"),
            ("tsa.key", "its key, unencrypted, for the server alone"));
        context.Terminal.Line($"start the authority with: {Shell.Command("notary", "serve", "--data", "DIR", "--tsa-certificate", files[3].Path, "--tsa-key", files[2].Path)}");
        return ExitCode.Pass;
    }

    private static void Write(string folder, (string Path, UnixFileMode Mode, string Text)[] files)
    {
        // Looked at before the first is written: a key without its certificate would be of no use.
        if (files.FirstOrDefault(file => Path.Exists(file.Path)).Path is { } taken)
            throw CliException.Input($"{taken}: is there already, and is not overwritten");
        CreateFolder(folder);
        foreach (var (path, mode, text) in files)
            NewFile.Write(path, mode, text);
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            DurableFile.CreateFolder(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CliException.Input($"--out {folder}: cannot be made: {FileSource.Reason(exception)}");
        }
    }
}
