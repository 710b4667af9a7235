using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Notary.Core;

/// <summary>
/// SHA-256 (FIPS 180-4) of little data: a tree's node, an entry, a request. The BCL reaches OpenSSL through its EVP layer,
/// which costs several times what it then takes to hash a node. So OpenSSL's plain functions are called where they are to
/// be had, in the library that the BCL uses on Linux, and the BCL everywhere else and for all that is long.
/// </summary>
internal static class ShortSha256
{
    /// <summary>
    /// Bytes up to which the plain functions are used: the garbage collector waits for a call that it was not told of, and
    /// this many take some microseconds.
    /// </summary>
    private const int Limit = 4_096;

    private const string Library = "libcrypto.so.3";

    private static readonly bool HasPlainFunctions = FindPlainFunctions();

    [ThreadStatic]
    private static IncrementalHash? threadState;

    /// <param name="destination">Gets 32 bytes.</param>
    public static void HashData(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (HasPlainFunctions && data.Length <= Limit)
            HashPlainly(data, destination);
        else
            HashByLibrary(data, destination);
    }

    private static void HashByLibrary(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        // One state a thread, used again: to make one costs as much as to hash some hundred bytes.
        var state = threadState ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        state.AppendData(data);
        state.GetHashAndReset(destination);
    }

    private static void HashPlainly(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (destination.Length < Hash.Size)
            throw new ArgumentException($"A hash has {Hash.Size} bytes, there is room for {destination.Length}.", nameof(destination));
        Unsafe.SkipInit(out Context context);
        _ = Init(ref context);
        _ = Update(ref context, ref MemoryMarshal.GetReference(data), (nuint)data.Length);
        _ = Final(ref MemoryMarshal.GetReference(destination), ref context);
    }

    /// <summary>
    /// The functions are deprecated since OpenSSL 3.0, and a build may lack them: looked for once, and believed after they
    /// gave the digest of one and of several blocks.
    /// </summary>
    private static bool FindPlainFunctions()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(Library, out var library)
            || !NativeLibrary.TryGetExport(library, "SHA256_Init", out _)
            || !NativeLibrary.TryGetExport(library, "SHA256_Update", out _)
            || !NativeLibrary.TryGetExport(library, "SHA256_Final", out _))
            return false;
        Span<byte> data = stackalloc byte[450];
        Span<byte> plain = stackalloc byte[Hash.Size];
        Span<byte> expected = stackalloc byte[Hash.Size];
        data.Fill(0xA5);
        foreach (var length in (ReadOnlySpan<int>)[0, 65, 450])
        {
            HashPlainly(data[..length], plain);
            HashByLibrary(data[..length], expected);
            if (!plain.SequenceEqual(expected))
                return false;
        }

        return true;
    }

    [DllImport(Library, EntryPoint = "SHA256_Init"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Init(ref Context context);

    [DllImport(Library, EntryPoint = "SHA256_Update"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Update(ref Context context, ref byte data, nuint length);

    [DllImport(Library, EntryPoint = "SHA256_Final"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Final(ref byte destination, ref Context context);

    /// <summary>OpenSSL's SHA256_CTX has 112 bytes; the rest is never touched.</summary>
    [InlineArray(16)]
    private struct Context
    {
        private ulong first;
    }
}
