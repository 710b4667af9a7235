using System.CommandLine;
using System.Globalization;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary backup</c>: a ledger in one file, also while a server appends to it.</summary>
internal static class BackupCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder; it is only read, also beside a running server.", HelpName = "DIR", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "The backup's file. It holds every private record: keep it as the ledger itself.", HelpName = "FILE", Required = true };
    private static readonly Option<bool> WithKey = new("--with-key") { Description = "Put the signing key into it too. Without, keep the key file apart: nothing else signs for the ledger." };

    public static Command Create(CliContext context)
    {
        var command = new Command("backup", "Write a whole ledger into one checked file, also while a server appends to it.") { Data, Out, WithKey };
        command.SetAction((arguments, cancellation) => Task.FromResult(Run(
            context, arguments.GetRequiredValue(Data), arguments.GetRequiredValue(Out), arguments.GetValue(WithKey), cancellation)));
        return command;
    }

    private static int Run(CliContext context, string data, string path, bool withKey, CancellationToken cancellation)
    {
        if (!Directory.Exists(data))
            throw CliException.Input($"--data {data}: no such folder");
        if (path.Length == 0 || Path.EndsInDirectorySeparator(path))
            throw CliException.Input($"--out {path}: is not a file's name");
        var report = StageBars.Run(
            context.Terminal, progress => LedgerBackup.Write(data, path, withKey, context.Time, progress, cancellation));
        AccountRegister.RecordCopy(data, "backup-written", report.Entries, context.Time);
        context.Terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{report.Origin}: {report.Entries:N0} entries in {path}, {Sizes.Bytes((ulong)report.Length)}"));
        context.Terminal.Line("checked: every entry, hash, private record and index row of the copy was read back up to the signed checkpoint; sealed with SHA-256");
        if (report.Timestamps is { } timestamps)
            context.Terminal.Line($"the time-stamps over its checkpoints are in {timestamps}: keep it beside the backup, 'notary restore' takes it from there");
        if (report.Accounts is { } accounts)
            context.Terminal.Line($"accounts and audit log are in {accounts}: keep it beside the backup too");
        if (report.HasKey)
            context.Terminal.Warning($"{path} holds the signing key: whoever reads it can sign as {report.Origin}");
        else
            context.Terminal.Line($"the key is not in it: keep {Path.Join(data, "ledger.key")} apart, nothing else signs for this ledger");
        return ExitCode.Pass;
    }
}
