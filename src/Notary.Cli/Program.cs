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
    """);

(string Name, Func<CliContext, Command> Create)[] verbs =
[
    ("serve", ServeCommand.Create),
    ("account", AccountCommand.Create),
    ("audit", AuditCommand.Create),
    ("deposit", DepositCommand.Create),
    ("keygen", KeygenCommand.Create),
    ("trust", TrustCommand.Create),
    ("ca", CaCommand.Create),
    ("verify", VerifyCommand.Create),
    ("disclose", DiscloseCommand.Create),
    ("certificate", CertificateCommand.Create),
    ("show", ShowCommand.Create),
    ("check", CheckCommand.Create),
    ("history", HistoryCommand.Create),
    ("law", LawCommand.Create),
    ("upgrade", UpgradeCommand.Create),
    ("fsck", FsckCommand.Create),
    ("rotate-key", RotateKeyCommand.Create),
    ("demo", DemoCommand.Create),
    ("backup", BackupCommand.Create),
    ("restore", RestoreCommand.Create),
    ("recover", RecoverCommand.Create),
    ("export", ExportCommand.Create),
    ("mirror", MirrorCommand.Create),
    ("monitor", MonitorCommand.Create),
    ("migrate", MigrateCommand.Create),
    ("ots", OtsCommand.Create),
];

// To make the options of all verbs takes longer than most verbs do. Help and a misspelt verb need them all.
var named = Array.FindAll(verbs, verb => args.Length > 0 && args[0] == verb.Name);
foreach (var verb in named.Length > 0 ? named : verbs)
    root.Add(verb.Create(context));

return await CommandLine.RunAsync(root, args, terminal);
