// Checks a ledger's checkpoint, an entry's inclusion and the growth between two checkpoints with the Go project's own
// transparency-log libraries (golang.org/x/mod/sumdb), which share no code with the ledger.
//
//	check note   VKEY CHECKPOINT
//	check record VKEY PROOF ENTRY
//	check tree   VKEY OLD-CHECKPOINT NEW-CHECKPOINT HASHES
//	check tiles  VKEY FOLDER
//
// Arguments but the key are files. PROOF is a tlog-proof; HASHES has one base64 hash a line. FOLDER is a ledger in the
// layout of tlog-tiles: its tiles are read as sumdb's client reads them, every entry is proven and so is the tree at many
// of its sizes. It prints "ok" and exits 0, or says what is wrong and exits 1.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "note":
		_, err := openTree(args[1], read(args[2]))
		return err
	case len(args) == 4 && args[0] == "record":
		return checkRecord(args[1], read(args[2]), read(args[3]))
	case len(args) == 5 && args[0] == "tree":
		return checkTree(args[1], read(args[2]), read(args[3]), read(args[4]))
	case len(args) == 3 && args[0] == "tiles":
		return checkTiles(args[1], args[2])
	}
	return errors.New("usage: check note|record|tree|tiles VKEY FILE...")
}

func checkRecord(vkey, proof, entry string) error {
	head, checkpoint, found := strings.Cut(proof, "\n\n")
	if !found {
		return errors.New("no empty line before the checkpoint")
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[2:])
	if err != nil {
		return err
	}
	tree, err := openTree(vkey, checkpoint)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(tlog.RecordProof(path), tree.N, tree.Hash, index, tlog.RecordHash([]byte(entry)))
}

func checkTree(vkey, older, newer, proof string) error {
	oldTree, err := openTree(vkey, older)
	if err != nil {
		return err
	}
	newTree, err := openTree(vkey, newer)
	if err != nil {
		return err
	}
	path, err := hashes(strings.Fields(proof))
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(path), newTree.N, newTree.Hash, oldTree.N, oldTree.Hash)
}

// tileFolder is a tlog.TileReader of files. C2SP's paths lack the height, which is always 8.
type tileFolder string

func (folder tileFolder) Height() int { return 8 }

func (folder tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}

func (folder tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, err := os.ReadFile(folder.path(tile))
		if err != nil {
			return nil, err
		}
		all[i] = bytes
	}
	return all, nil
}

func (folder tileFolder) path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), "tile/8/")
	name = strings.Replace(name, "data/", "entries/", 1)
	return filepath.Join(string(folder), "tile", name)
}

func checkTiles(vkey, name string) error {
	tree, err := openTree(vkey, read(filepath.Join(name, "checkpoint")))
	if err != nil {
		return err
	}
	folder := tileFolder(name)
	reader := tlog.TileHashReader(tree, folder)
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the tiles do not give the root")
	}
	for first := int64(0); first < tree.N; first += 256 {
		if err := checkBundle(folder, reader, tree, first); err != nil {
			return fmt.Errorf("entries from %d: %w", first, err)
		}
	}
	return nil
}

func checkBundle(folder tileFolder, reader tlog.HashReader, tree tlog.Tree, first int64) error {
	width := tree.N - first
	if width > 256 {
		width = 256
	}
	bundle, err := os.ReadFile(folder.path(tlog.Tile{H: 8, L: -1, N: first / 256, W: int(width)}))
	if err != nil {
		return err
	}
	for index := first; index < first+width; index++ {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return errors.New("the bundle is cut")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		hash := tlog.RecordHash(bundle[2:end])
		bundle = bundle[end:]
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, hash); err != nil {
			return err
		}
	}
	if len(bundle) > 0 {
		return errors.New("the bundle is too long")
	}
	size := first + width
	older, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	growth, err := tlog.ProveTree(tree.N, size, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(growth, tree.N, tree.Hash, size, older)
}

// openTree verifies a checkpoint's signature and reads its three lines (tlog.ParseTree takes go.sum's header only).
func openTree(vkey, checkpoint string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this ledger")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := hashes(lines[2:3])
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.Tree{N: size, Hash: root[0]}, nil
}

func hashes(lines []string) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		bytes, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			return nil, err
		}
		if copy(all[i][:], bytes) != tlog.HashSize || len(bytes) != tlog.HashSize {
			return nil, errors.New("a hash has 32 bytes")
		}
	}
	return all, nil
}

func read(name string) string {
	bytes, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return string(bytes)
}
