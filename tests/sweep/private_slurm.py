# SPDX-License-Identifier: Apache-2.0
"""A real Slurm of one node in a private folder: munged, slurmctld and slurmd on the loopback interface."""
import getpass
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import time

CONFIGURATION = """
ClusterName=tandem
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
MinJobAge=2
KillWait=1
InactiveLimit=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """The first of Slurm's programs that is not installed, or None."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    for program in ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"):
        if shutil.which(program, path=path) is None:
            return program
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PrivateSlurm:
    def __init__(self, folder, cpus=2):
        self.folder = pathlib.Path(folder)
        self.cpus = cpus
        self.running = []
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"),
                                PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")

    def start(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        host = socket.gethostname().split(".")[0]
        (self.folder / "slurm.conf").write_text(
            CONFIGURATION.format(folder=self.folder, host=host, user=getpass.getuser(), cpus=self.cpus,
                                 controller_port=free_port(), node_port=free_port()), encoding="utf-8")
        self.launch("munged", "--foreground", "--force", f"--key-file={key}",
                    f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munge.pid",
                    f"--log-file={self.folder}/munge.log", f"--seed-file={self.folder}/munge.seed")
        self.wait_until(lambda: (self.folder / "munge.socket").exists(), "munged")
        self.launch("slurmctld", "-D", "-c")
        self.launch("slurmd", "-D", "-N", host)
        self.wait_until(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%t"), "the node")

    def launch(self, *command):
        with open(self.folder / f"{command[0]}.out", "wb") as out:
            self.running.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                                 stdout=out, stderr=out))

    def ask(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60).stdout

    def wait_until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            for process in self.running:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args[0]} ended: {self.logs()}")
            if time.monotonic() > end:
                raise RuntimeError(f"{what} does not come up: {self.logs()}")
            time.sleep(0.2)

    def logs(self):
        return "\n".join(f"{file.name}:\n{file.read_text(errors='replace')[-2000:]}"
                         for file in sorted(self.folder.glob("*")) if file.suffix in (".out", ".log"))

    def stop(self):
        self.ask("scancel", "--full", f"--user={getpass.getuser()}")
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
