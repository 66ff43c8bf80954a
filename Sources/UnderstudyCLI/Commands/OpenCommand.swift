import ArgumentParser
import Foundation
import UnderstudyCore

/// Opens the page of the server that serves a folder. The browser is signed in with a ticket in the address' fragment, which
/// browsers send to nobody; the ticket is good for one minute and one use.
struct OpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open the page of a running server in the browser, signed in.",
        discussion: """
            understudy open            in $BROWSER, else in the system's browser
            understudy open --print    print the address instead: it signs in once, within a minute

            Without a browser the address is printed too.
            """)

    @Flag(name: .customLong("print"), help: "Print the address and open nothing.") var printsOnly = false

    @OptionGroup var workspace: WorkspaceOptions

    func run() throws {
        let client = try AdminClient(folder: Settings.folder(workspace))
        let answer = try client.call("POST", "/api/v1/session/tickets")
        guard let ticket = answer["ticket"]?.text else {
            throw CommandFailure.usage("the server at \(client.address) gave no ticket")
        }
        let address = "http://\(client.address)/#/sign-in/\(ticket)"
        Console.line(address)
        let hint = "this address signs in once, within a minute"
        // On the standard error, so that the address stands alone in `$(understudy open --print)`.
        if printsOnly { return Console.errorLine(hint) }
        if Browser.open(address, environment: ProcessInfo.processInfo.environment) {
            Console.errorLine("opened in the browser; \(hint)")
        } else {
            Console.errorLine("no browser could be started here: open the address yourself; \(hint)")
        }
    }
}
