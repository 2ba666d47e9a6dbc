package store

import (
	"slices"
	"syscall"
)

// networkTypes are the values of f_fstypename for network file systems.
var networkTypes = []string{"nfs", "smbfs", "afpfs", "webdav", "ftp", "cifs", "osxfuse", "macfuse", "fusefs"}

func detectNetwork(dir string) (string, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return "", err
	}
	var name []byte
	for _, c := range st.Fstypename {
		if c == 0 {
			break
		}
		name = append(name, byte(c))
	}
	if slices.Contains(networkTypes, string(name)) {
		return string(name), nil
	}
	return "", nil
}
