package store

import "testing"

func TestFuseDriversThatReachOtherMachines(t *testing.T) {
	mounts := []string{
		"/dev/sda1 / ext4 rw 0 0",
		"me@host:/data /home/me/my\\040data fuse.sshfs rw 0 0",
		"/dev/sdb1 /media/stick fuseblk rw 0 0",
		"gocryptfs /home/me/my\\040data/private fuse.gocryptfs rw 0 0",
	}
	for dir, want := range map[string]string{
		"/home/me":                      "",
		"/home/me/my data":              "sshfs",
		"/home/me/my data/x":            "sshfs",
		"/home/me/my database":          "",
		"/home/me/my data/private/deep": "",
		"/media/stick/a":                "",
	} {
		if got := fuseKind(dir, mounts); got != want {
			t.Errorf("%q: got %q, want %q", dir, got, want)
		}
	}
}

func TestThisMachinesTemporaryDirectoryIsToldApart(t *testing.T) {
	if _, err := detectNetwork(t.TempDir()); err != nil {
		t.Error(err)
	}
	if _, err := detectNetwork("/no/such/directory"); err == nil {
		t.Error("a directory that is not there: want an error")
	}
}
