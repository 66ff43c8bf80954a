import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;

/** Java's HttpClient: java Fetch HTTP-BASE HTTPS-BASE */
public class Fetch {
    // Neither proxy nor trust store named: both come from the options that the machine is started with.
    static final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

    static void ask(String name, HttpRequest.Builder request) throws Exception {
        var answer = client.send(request.build(), BodyHandlers.ofByteArray());
        var digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(answer.body()));
        System.out.println(name + " " + answer.statusCode() + " " + answer.version() + " "
            + answer.headers().firstValue("content-type").orElse("-") + " " + answer.body().length + " " + digest);
    }

    public static void main(String[] bases) throws Exception {
        var upload = new byte[5_000_000];
        Arrays.fill(upload, (byte) 'j');
        for (var base : bases) {
            for (var path : new String[] {"/text", "/gzip", "/chunked", "/large", "/redirect", "/counter", "/counter", "/missing?q=%C3%A4"})
                ask(path, HttpRequest.newBuilder(URI.create(base + path)));
            ask("head", HttpRequest.newBuilder(URI.create(base + "/text")).method("HEAD", BodyPublishers.noBody()));
            ask("upload", HttpRequest.newBuilder(URI.create(base + "/upload")).PUT(BodyPublishers.ofByteArray(upload)));
            ask("stream", HttpRequest.newBuilder(URI.create(base + "/upload?by=stream"))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(upload, 0, 200_000))));
            ask("json", HttpRequest.newBuilder(URI.create(base + "/upload")).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"title\": \"\u03a9\"}")));
            var waiting = new ArrayList<java.util.concurrent.CompletableFuture<String>>();
            for (var n = 0; n < 10; n++)
                waiting.add(client.sendAsync(HttpRequest.newBuilder(URI.create(base + "/missing?n=" + n)).build(), BodyHandlers.ofString())
                    .thenApply(answer -> answer.statusCode() + " " + answer.body()));
            for (var one : waiting) System.out.print(one.join());
        }
    }
}
