using System.CommandLine;
using System.Security.Cryptography;
using Notary.Cli;

var terminal = Terminal.ForProcess();
using var random = RandomNumberGenerator.Create();
var context = new CliContext(terminal, TimeProvider.System, random);

var root = new RootCommand("""
    Evidence that documents existed, without showing them to anyone.

    Only a blinded 32-byte commitment leaves this machine. The ledger signs it into an append-only
    log, and the certificate that comes back can be verified by anybody, offline.

    Try it:  notary demo FILE...

    Exit codes: 0 pass, 1 verification failed, 2 usage or input, 3 indeterminate,
    4 server unreachable or refused, 130 interrupted.
    """)
{
    ServeCommand.Create(context),
    AccountCommand.Create(context),
    AuditCommand.Create(context),
    DepositCommand.Create(context),
    KeygenCommand.Create(context),
    TrustCommand.Create(context),
    CaCommand.Create(context),
    VerifyCommand.Create(context),
    DiscloseCommand.Create(context),
    CertificateCommand.Create(context),
    ShowCommand.Create(context),
    CheckCommand.Create(context),
    HistoryCommand.Create(context),
    LawCommand.Create(context),
    UpgradeCommand.Create(context),
    FsckCommand.Create(context),
    RotateKeyCommand.Create(context),
    DemoCommand.Create(context),
    BackupCommand.Create(context),
    RestoreCommand.Create(context),
    RecoverCommand.Create(context),
    ExportCommand.Create(context),
    MirrorCommand.Create(context),
    MonitorCommand.Create(context),
    MigrateCommand.Create(context),
    OtsCommand.Create(context),
};

return await CommandLine.RunAsync(root, args, terminal);
