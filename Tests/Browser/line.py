"""A line between browser and server that can be cut."""
import socket, threading


class Line:
    """
    Passes on what comes to the admin listener's port at ::1, the same machine by its other address: `url`. `cut()` ends all
    connections and takes no more until `mend()`.
    """

    def __init__(self, server):
        host, port = server.admin.partition("://")[2].split(":")
        self.target = (host, int(port))
        self.url = f"http://[::1]:{port}"
        self.lock = threading.Lock()
        self.sockets = set()
        self.mend()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

    def mend(self):
        self.listener = socket.create_server(("::1", self.target[1]), family=socket.AF_INET6, backlog=64)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        with self.lock:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            for each in self.sockets:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.sockets.clear()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            with self.lock:
                self.sockets |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
