using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>C2SP tlog-tiles.</summary>
public sealed class TileTests
{
    [Theory]
    [InlineData("tile/0/000", 0, 0UL, 256)]
    [InlineData("tile/0/x001/x234/067", 0, 1234067UL, 256)]
    [InlineData("tile/0/x001/234.p/5", 0, 1234UL, 5)]
    [InlineData("tile/63/999.p/255", 63, 999UL, 255)]
    [InlineData("tile/entries/x001/000", TileId.Entries, 1000UL, 256)]
    [InlineData("tile/entries/000.p/1", TileId.Entries, 0UL, 1)]
    public void A_path_reads_and_prints(string path, int level, ulong number, int width)
    {
        Assert.True(TileId.TryParse(path, out var tile));
        Assert.Equal(new TileId(level, number, width), tile);
        Assert.Equal(path, tile.ToString());
    }

    [Theory]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/00/001")]
    [InlineData("tile/64/001")]
    [InlineData("tile/-1/001")]
    [InlineData("tile/+1/001")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/.p/1")]
    [InlineData("tile/0/000/")]
    [InlineData("tile//000")]
    [InlineData("tile/0/x001/x001/x001/x001/x001/x001/x001/000")]
    [InlineData("tile/entries/../000")]
    [InlineData("tile/0/ 00")]
    [InlineData("")]
    public void Another_spelling_is_refused(string path) => Assert.False(TileId.TryParse(path, out _));

    [Theory]
    // The worked example of the specification: 70,000 entries.
    [InlineData(0, 70_000UL, 112)]
    [InlineData(1, 70_000UL, 17)]
    [InlineData(2, 70_000UL, 1)]
    [InlineData(3, 70_000UL, 0)]
    [InlineData(0, 256UL, 0)]
    [InlineData(1, 256UL, 1)]
    [InlineData(TileId.Entries, 70_000UL, 112)]
    [InlineData(63, ulong.MaxValue, 0)]
    public void The_last_tile_of_a_level_has_the_width_that_the_size_gives(int level, ulong size, int width) =>
        Assert.Equal(width, TileId.PartialWidth(level, size));

    [Fact]
    public void A_tile_exists_once_the_tree_holds_all_of_its_width()
    {
        Assert.True(new TileId(0, 273, 112).ExistsIn(70_000));
        Assert.False(new TileId(0, 273, 113).ExistsIn(70_000));
        Assert.True(new TileId(0, 272, 256).ExistsIn(70_000));
        Assert.False(new TileId(0, 273, 256).ExistsIn(70_000));
        Assert.False(new TileId(0, 274, 1).ExistsIn(70_000));
        Assert.False(new TileId(0, ulong.MaxValue, 1).ExistsIn(ulong.MaxValue));
        Assert.False(new TileId(63, 0, 1).ExistsIn(ulong.MaxValue));
    }
}
