using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary ots</c>: looks into OpenTimestamps files, whoever made them.</summary>
internal static class OtsCommand
{
    private static readonly Argument<string> Timestamp = new("FILE.ots") { Description = "An OpenTimestamps file." };
    private static readonly Argument<string> Document = new("FILE") { Description = "The document that it is of." };

    public static Command Create(CliContext context) => new("ots", "Look into or verify any OpenTimestamps file.")
    {
        CreateInfo(context), CreateVerify(context),
    };

    private static Command CreateInfo(CliContext context)
    {
        var command = new Command("info", "Show operations, resulting digests and attestations, one a line; nothing is verified.") { Timestamp };
        command.SetAction((arguments, _) =>
        {
            foreach (var line in Read(arguments.GetRequiredValue(Timestamp)).Describe())
                context.Terminal.Line(line);
            return Task.FromResult(ExitCode.Pass);
        });
        return command;
    }

    private static Command CreateVerify(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("verify", "Check a document's OpenTimestamps file against Bitcoin blocks that you trust.") { Document, Timestamp, language };
        BlockHeaders.AddTo(command);
        command.SetAction(async (arguments, cancellation) =>
        {
            var timestamp = Read(arguments.GetRequiredValue(Timestamp));
            var digest = DigestOf(timestamp.FileHash, arguments.GetRequiredValue(Document), cancellation);
            var headers = await BlockHeaders.ReadAsync(context, arguments, timestamp.BlocksNamed(), cancellation);
            var check = DetachedCheck.Of(timestamp, digest, headers);
            context.Terminal.Line(check.Reason.In(arguments.GetValue(language)));
            return VerifyCommand.ExitCodeOf(check.Verdict);
        });
        return command;
    }

    private static DetachedTimestamp Read(string path)
    {
        try
        {
            return DetachedTimestamp.Parse(InputFile.ReadAll(path, OtsLimits.FileBytes, "an OpenTimestamps file"));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}");
        }
    }

    private static byte[] DigestOf(OtsOperation hash, string path, CancellationToken cancellation)
    {
        using var stream = InputFile.Open(path, "a document");
        try
        {
            return hash.DigestOf(stream, cancellation);
        }
        catch (IOException exception)
        {
            throw CliException.Input($"{path}: cannot be read: {exception.Message}");
        }
    }
}
