/// Files and media types.
extension Words {
    /// Postman's own list, whole.
    static let fileTypes = WordList(
        """
        application, audio, chemical, font, image, message, model, multipart, text, video, x-conference, x-shader
        """)

    /// Postman's own list, whole.
    static let commonFileTypes = WordList("application, audio, image, text, video")

    /// Postman's own list, whole.
    static let commonFileExtensions = WordList(
        """
        gif, htm, html, jpe, jpeg, jpg, m1v, m2a, m2v, m3a, mp2, mp2a, mp3, mp4, mp4v, mpe, mpeg, mpg, mpg4, mpga,
        pdf, png, shtml, wav
        """)

    /// Also uncommon ones.
    static let fileExtensions = WordList(
        """
        7z, aac, ai, apk, atom, avi, bin, bmp, bz2, c, cab, cbr, cpp, css, csv, deb, dmg, doc, docx, dtd, dvi, dwg,
        eml, eot, eps, epub, exe, flac, flv, gif, gz, h, heic, htm, html, ico, ics, iso, jar, java, jpeg, jpg, js,
        json, key, kml, latex, m3u, m4a, md, mid, mkv, mml, mobi, mov, mp3, mp4, mpg, msi, odp, ods, odt, ogg, otf,
        p12, pdb, pdf, pem, php, png, ppt, pptx, ps, psd, py, qt, rar, rdf, rs, rss, rtf, scd, sh, sldm, sql, srt,
        svg, swf, tar, tex, tiff, torrent, ttf, txt, umj, vcf, vsd, wav, webm, webp, wmv, woff, woff2, xhtml, xls,
        xlsx, xlt, xml, xpi, xsl, yaml, zip
        """)

    /// Directories of Unix and macOS.
    static let directories = WordList(
        """
        /Applications, /Library, /Network, /System, /Users, /Volumes, /bin, /boot, /boot/defaults, /dev, /etc,
        /etc/defaults, /etc/mail, /etc/namedb, /etc/periodic, /etc/ppp, /home, /home/user, /lib, /media, /mnt, /net,
        /opt, /opt/bin, /opt/include, /opt/lib, /opt/sbin, /opt/share, /private, /private/tmp, /private/var, /proc,
        /rescue, /root, /sbin, /selinux, /srv, /sys, /tmp, /usr, /usr/X11R6, /usr/bin, /usr/include, /usr/lib,
        /usr/libdata, /usr/libexec, /usr/local/bin, /usr/local/src, /usr/obj, /usr/ports, /usr/sbin, /usr/share,
        /usr/src, /var, /var/log, /var/mail, /var/spool, /var/tmp, /var/yp
        """)

    /// Registered media types.
    static let mediaTypes = WordList(
        """
        application/atom+xml, application/epub+zip, application/gzip, application/java-archive,
        application/javascript, application/json, application/ld+json, application/msword, application/octet-stream,
        application/ogg, application/pdf, application/pgp-signature, application/postscript,
        application/problem+json, application/rdf+xml, application/rtf, application/soap+xml, application/tei+xml,
        application/vnd.amazon.ebook, application/vnd.mozilla.xul+xml, application/vnd.ms-excel,
        application/vnd.ms-powerpoint, application/vnd.oasis.opendocument.text, application/vnd.visio,
        application/wasm, application/x-7z-compressed, application/x-bzip2, application/x-sh, application/x-tar,
        application/xhtml+xml, application/xml, application/yaml, application/zip, audio/aac, audio/flac,
        audio/midi, audio/mp4, audio/mpeg, audio/ogg, audio/wav, audio/webm, font/otf, font/ttf, font/woff,
        font/woff2, image/avif, image/bmp, image/gif, image/heic, image/jpeg, image/png, image/svg+xml, image/tiff,
        image/webp, image/x-icon, message/http, message/rfc822, model/gltf+json, model/mesh, model/vrml,
        multipart/alternative, multipart/byteranges, multipart/form-data, multipart/mixed, text/calendar, text/css,
        text/csv, text/html, text/javascript, text/markdown, text/plain, text/vcard, text/xml, video/h264,
        video/mp4, video/mpeg, video/ogg, video/quicktime, video/webm, video/x-msvideo
        """)
}
