package scaffold

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
)

var packageClause = regexp.MustCompile(`(?m)^package[ \t]+(\w+)`)

// ownPackage gives the experiment a package that no directory above it has, up
// to its module's: CUE adds the files of one to the package of that name below
// it, and a change of one experiment would contradict the other.
func (p *Plan) ownPackage() {
	above := p.packagesAbove()
	for i, f := range p.Files {
		m := packageClause.FindSubmatchIndex(f.Data)
		if path.Ext(f.Path) != ".cue" || m == nil {
			continue
		}
		name := string(f.Data[m[2]:m[3]])
		for n := 2; above[name]; n++ {
			name = fmt.Sprintf("%s%d", f.Data[m[2]:m[3]], n)
		}
		p.Files[i].Data = append(append(append([]byte{}, f.Data[:m[2]]...), name...), f.Data[m[3]:]...)
	}
}

// packagesAbove are the packages of the directories above the experiment, up to
// its module's.
func (p *Plan) packagesAbove() map[string]bool {
	out := map[string]bool{}
	for dir := p.Dir; dir != p.Root && dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // what cannot be listed cannot be loaded either
		}
		for _, e := range entries {
			if filepath.Ext(e.Name()) != ".cue" {
				continue
			}
			src, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if m := packageClause.FindSubmatch(src); err == nil && m != nil {
				out[string(m[1])] = true
			}
		}
	}
	return out
}
