using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>What an attacker does to a proof.</summary>
internal static class PathMutations
{
    /// <summary>Every hash changed, dropped, doubled; neighbours swapped; one added at either end.</summary>
    public static IEnumerable<List<Hash>> Of(IReadOnlyList<Hash> path)
    {
        yield return [.. path, Hash.Of([9])];
        yield return [Hash.Of([9]), .. path];
        for (var i = 0; i < path.Count; i++)
        {
            yield return [.. path.Take(i), Hash.Of(path[i].ToArray()), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), path[i], .. path.Skip(i)];
            if (i > 0 && path[i] != path[i - 1])
                yield return [.. path.Take(i - 1), path[i], path[i - 1], .. path.Skip(i + 1)];
        }
    }
}
