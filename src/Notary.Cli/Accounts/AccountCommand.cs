using System.CommandLine;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>
/// <c>notary account</c>: the accounts of a ledger. What takes <c>--data</c> is the operator's, on the server's machine, also
/// beside a running server; what takes <c>--server</c> is a depositor's (<see cref="OwnAccountCommands"/>).
/// </summary>
internal static class AccountCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder.", HelpName = "DIR", Required = true };
    private static readonly Argument<string> Id = new("ACCOUNT") { Description = "The account's id: a-z, 0-9, '-'." };
    private static readonly Argument<string> MemberName = new("MEMBER") { Description = "Who or what acts for the account: a-z, 0-9, '-'." };
    private static readonly Option<string?> Name = new("--name") { Description = "What certificates call the depositor; the id unless given.", HelpName = "NAME" };
    private static readonly Option<string?> Code = new("--uscc") { Description = "Unified social credit code (GB 32100), checked.", HelpName = "CODE" };
    private static readonly Option<string> RoleOption = new("--role") { Description = $"One of {string.Join(", ", AccessWords.Roles)}.", HelpName = "ROLE", Required = true };
    private static readonly Option<bool> Remove = new("--remove") { Description = "Nobody acts as this member from now on." };
    private static readonly Option<string> Method = new("--method") { Description = "How: licence-seen, bank-transfer.", HelpName = "TEXT", Required = true };
    private static readonly Option<string?> At = new("--at") { Description = "When, such as 2026-11-22T03:10:11.123Z; now unless given.", HelpName = "TIME" };
    private static readonly Option<bool?> Signed = new("--signed") { Description = "Whether only signed requests are taken.", HelpName = "true|false" };
    private static readonly Option<long?> Rate = new("--rate") { Description = "Calls and deposits a second at most; 0: no limit.", HelpName = "N" };
    private static readonly Option<long?> Quota = new("--quota") { Description = "Deposits a day at most (UTC); 0: no limit.", HelpName = "N" };

    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask." };

    public static Command Create(CliContext context)
    {
        var create = new Command("create", "Make an account. From the first one on, calls need a key.") { Id, Data, Name, Code };
        create.SetAction(arguments => Change(context, arguments, create: true, register => CreateAccount(context, arguments, register)));
        var member = new Command("member", "Add a member, give one another role, or remove one.") { Id, MemberName, Data, Remove };
        var role = new Option<string?>(RoleOption.Name) { Description = RoleOption.Description, HelpName = RoleOption.HelpName };
        member.Options.Add(role);
        member.SetAction(arguments => Change(context, arguments, create: false, register => SetMember(context, arguments, register, arguments.GetValue(role))));
        var verify = new Command("verify", "Write down how and when an account's identity was verified; certificates say so.") { Id, Data, Method, At };
        verify.SetAction(arguments => Change(context, arguments, create: false, register => Verify(context, arguments, register)));
        var set = new Command("set", "Change what an account may and must do.") { Id, Data, Signed, Rate, Quota };
        set.SetAction(arguments => Change(context, arguments, create: false, register =>
            register.ChangeSettings(AccountRegister.LocalActor, arguments.GetRequiredValue(Id), arguments.GetValue(Signed), arguments.GetValue(Rate), arguments.GetValue(Quota))));
        var close = new Command("close", "Nobody acts for the account from now on; its deposits stay.") { Id, Data };
        close.SetAction(arguments => Change(context, arguments, create: false, register => register.Close(AccountRegister.LocalActor, arguments.GetRequiredValue(Id))));
        var list = new Command("list", "Show accounts, members, credentials and signing keys.") { Data };
        list.SetAction(arguments => Change(context, arguments, create: false, register => AccountView.Show(context.Terminal, register, context.Time.GetUtcNow())));
        var erase = new Command("erase", "Erase an account: the private records of its deposits, its name, identity, members and keys. Stop the server first. For ever.") { Id, Data, Yes };
        erase.SetAction((arguments, cancellation) => Task.FromResult(Erase(context, arguments, cancellation)));
        var command = new Command("account", "Who may use a ledger: accounts, members, keys.") { create, list, member, verify, set, close, erase };
        CredentialCommands.AddTo(command, context, Data, Id, MemberName);
        OwnAccountCommands.AddTo(command, context);
        return command;
    }

    /// <summary>Opens the accounts of the folder and runs a change on them.</summary>
    public static int Change(CliContext context, ParseResult arguments, bool create, Action<AccountRegister> change)
    {
        try
        {
            using var register = AccountRegister.Open(arguments.GetRequiredValue(Data), create, context.Time, context.Random);
            change(register);
            return ExitCode.Pass;
        }
        catch (StoreException exception)
        {
            throw CliException.Input(exception.Message, "check the folder and who may write to it");
        }
    }

    private static void CreateAccount(CliContext context, ParseResult arguments, AccountRegister register)
    {
        var id = arguments.GetRequiredValue(Id);
        var isFirst = register.Accounts().Count == 0;
        register.CreateAccount(AccountRegister.LocalActor, id, arguments.GetValue(Name) ?? id, arguments.GetValue(Code));
        if (isFirst)
            context.Terminal.Line("this is the first account: from now on, whoever deposits or reads deposits needs a key");
        context.Terminal.Line($"made the account {id}; next, a member and its key:");
        var data = arguments.GetRequiredValue(Data);
        context.Terminal.Line($"  {Shell.Command("notary", "account", "member", id, "zhang", "--role", "depositor", "--data", data)}");
        context.Terminal.Line($"  {Shell.Command("notary", "account", "key", id, "zhang", "--data", data)}");
    }

    private static int Erase(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var id = arguments.GetRequiredValue(Id);
        if (!arguments.GetValue(Yes) && !(context.Terminal.CanAsk && context.Terminal.Ask($"erase {id} for ever? its depositors' own evidence stays good, but nobody can be given theirs again")))
            throw CliException.Input($"{id} is not erased", "give --yes to erase without a question");
        try
        {
            var data = arguments.GetRequiredValue(Data);
            var report = StageBars.Run(context.Terminal, progress => AccountErasure.Run(data, id, AccountRegister.LocalActor, context.Time, progress, cancellation));
            context.Terminal.Line($"erased {id}: the claims and requests of {Sizes.Count(report.Deposits, "deposit")}, its name, identity, members and keys");
            context.Terminal.Line("the ledger is unchanged, and certificates that were handed out verify as before");
            context.Terminal.Line("backups and replicas still hold all of it: make new ones and destroy the old");
            return ExitCode.Pass;
        }
        catch (StoreException exception)
        {
            throw CliException.Input(exception.Message, "nothing is half erased for good: run it again");
        }
    }

    private static void SetMember(CliContext context, ParseResult arguments, AccountRegister register, string? word)
    {
        var (id, name) = (arguments.GetRequiredValue(Id), arguments.GetRequiredValue(MemberName));
        if (arguments.GetValue(Remove) == word is not null)
            throw CliException.Input("give either --role ROLE or --remove");
        if (word is null)
        {
            register.RemoveMember(AccountRegister.LocalActor, id, name);
            return;
        }

        var role = AccessWords.ParseRole(word) ?? throw CliException.Input($"--role {word}: is none of {string.Join(", ", AccessWords.Roles)}");
        register.SetMember(AccountRegister.LocalActor, id, name, role);
        context.Terminal.Line($"{name} acts for {id} as {word}");
    }

    private static void Verify(CliContext context, ParseResult arguments, AccountRegister register)
    {
        DateTimeOffset? at = null;
        if (arguments.GetValue(At) is { } text)
            at = Timestamp.TryParse(text, out var time) ? time : throw CliException.Input($"--at {text}: is not a time such as 2026-11-22T03:10:11.123Z");
        register.VerifyIdentity(AccountRegister.LocalActor, arguments.GetRequiredValue(Id), arguments.GetRequiredValue(Method), at);
        context.Terminal.Line("written down; the claims of later deposits say so, those of earlier ones stay as they are");
    }
}
