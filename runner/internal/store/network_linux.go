package store

import (
	"bufio"
	"os"
	"strings"
	"syscall"
)

// networkMagic are the numbers statfs(2) gives for network file systems.
var networkMagic = map[uint32]string{
	0x6969:     "nfs",
	0x517b:     "smb",
	0xff534d42: "cifs",
	0xfe534d42: "smb2",
	0x01021997: "9p",
	0x0bd00bd0: "lustre",
	0x47504653: "gpfs",
	0x00c36400: "ceph",
	0x5346414f: "afs",
	0x6b414653: "afs",
	0x73757245: "coda",
	0x19830326: "fhgfs",
	0x013111a8: "ibrix",
	0x7461636f: "ocfs2",
	0xaad7aaea: "panfs",
	0x20030528: "orangefs",
	0x564c:     "ncp",
}

const fuseMagic = 0x65735546

// networkFuse are the FUSE drivers that reach other machines; others, such as
// ntfs-3g or an encrypted directory, are local.
var networkFuse = []string{"sshfs", "s3fs", "gcsfuse", "goofys", "rclone", "glusterfs", "davfs", "curlftpfs", "cephfs", "mfs", "juicefs", "blobfuse", "onedriver", "google-drive-ocamlfuse", "beegfs", "smbnetfs", "cvmfs", "mountpoint-s3"}

func detectNetwork(dir string) (string, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return "", err
	}
	magic := uint32(st.Type)
	if kind := networkMagic[magic]; kind != "" {
		return kind, nil
	}
	if magic != fuseMagic {
		return "", nil
	}
	f, err := os.Open("/proc/self/mounts")
	if err != nil {
		return "", nil // not tellable: FUSE is local more often than not
	}
	defer f.Close()
	var lines []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		lines = append(lines, sc.Text())
	}
	return fuseKind(dir, lines), nil
}

// fuseKind returns the network driver mounted at dir, given the lines of the
// table of mounts, "" if it is none.
func fuseKind(dir string, mounts []string) string {
	best, fstype, source := "", "", ""
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\134`, `\`)
	for _, line := range mounts {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		at := unescape.Replace(f[1])
		under := at == "/" || dir == at || strings.HasPrefix(dir, at+"/")
		if under && len(at) >= len(best) {
			best, source, fstype = at, f[0], f[2]
		}
	}
	for _, name := range networkFuse {
		if strings.Contains(fstype, name) || strings.HasPrefix(source, name) {
			return name
		}
	}
	return ""
}
