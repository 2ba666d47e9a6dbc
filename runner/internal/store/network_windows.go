package store

import (
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

// driveRemote is what GetDriveType returns for a network drive.
const driveRemote = 4

func detectNetwork(dir string) (string, error) {
	volume := filepath.VolumeName(dir)
	if strings.HasPrefix(volume, `\\`) && !strings.HasPrefix(volume, `\\?\`) {
		return "network share", nil
	}
	root, err := syscall.UTF16PtrFromString(volume + `\`)
	if err != nil {
		return "", err
	}
	getDriveType := syscall.NewLazyDLL("kernel32.dll").NewProc("GetDriveTypeW")
	if kind, _, _ := getDriveType.Call(uintptr(unsafe.Pointer(root))); kind == driveRemote {
		return "network drive", nil
	}
	return "", nil
}
