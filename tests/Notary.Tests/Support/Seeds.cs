using System.Security.Cryptography;

namespace Notary.Tests;

/// <summary>Seeds of tests that try something else in each run. Whatever fails under one says which it was.</summary>
internal static class Seeds
{
    public static int New() => RandomNumberGenerator.GetInt32(int.MaxValue);
}
