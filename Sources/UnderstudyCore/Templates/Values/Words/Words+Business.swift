/// Companies and their jargon.
extension Words {
    /// Postman's own list, whole.
    static let companySuffixes = WordList("Group, Inc, LLC, and Sons")

    /// Jargon verbs.
    static let buzzVerbs = WordList(
        """
        accelerate, align, amplify, anchor, automate, bootstrap, bridge, broaden, catalyze, channel, coach,
        consolidate, curate, decouple, defragment, democratize, digitize, engage, enrich, federate, fine-tune,
        future-proof, galvanize, grow, harmonize, ignite, integrate, iterate, leverage, modernize, nurture,
        optimize, orchestrate, pioneer, pivot, rationalize, redefine, rethink, reshape, rightsize, scale, socialize,
        spearhead, streamline, supercharge, sustain, transform, unlock, upskill, weave
        """)

    /// Jargon adjectives.
    static let buzzAdjectives = WordList(
        """
        24/7, B2B, agile, always-on, best-of-breed, borderless, carbon-aware, cloud-native, composable, connected,
        context-rich, cross-channel, cross-functional, data-driven, decentralized, distributed, edge-ready, elastic,
        end-to-end, enterprise-grade, event-driven, federated, frictionless, full-stack, global, holistic,
        hyperlocal, immersive, integrated, intuitive, lean, low-code, low-latency, mission-critical, mobile-first,
        modular, multi-cloud, next-level, omnichannel, open, outcome-based, personalized, predictive, proactive,
        real-time, resilient, scalable, self-service, serverless, sustainable, turn-key, user-centric, world-class,
        zero-trust
        """)

    /// Postman's own list, whole.
    static let buzzNouns = WordList(
        """
        ROI, action-items, applications, architectures, bandwidth, blockchains, channels, communities, content,
        convergence, deliverables, e-business, e-commerce, e-markets, e-services, e-tailers, experiences, eyeballs,
        functionalities, infomediaries, infrastructures, initiatives, interfaces, markets, methodologies, metrics,
        mindshare, models, networks, niches, paradigms, partnerships, platforms, portals, relationships, schemas,
        solutions, supply-chains, synergies, systems, technologies, users, vortals, web services, web-readiness
        """)

    /// What slogans begin with.
    static let sloganAdjectives = WordList(
        """
        Adaptive, Affordable, Ambitious, Automatic, Balanced, Bold, Bright, Calm, Certified, Clever, Compact,
        Complete, Connected, Considerate, Dependable, Diverse, Durable, Effortless, Elegant, Enduring,
        Family-friendly, Fearless, Flexible, Friendly, Fully-charged, Future-ready, Gentle, Honest, Hand-picked,
        Ingenious, Light-weight, Lively, Long-lasting, Measured, Modern, Natural, Open-minded, Organic, Patient,
        Playful, Polished, Practical, Precise, Proven, Quiet, Reactive, Reliable, Remarkable, Resilient, Robust,
        Seamless, Serious, Simple, Steady, Sustainable, Tailored, Timeless, Trusted, Universal, Versatile, Virtual,
        Well-rounded
        """)

    /// What stands in the middle of slogans.
    static let sloganDescriptors = WordList(
        """
        24 hour, 24/7, 2nd generation, 5th generation, all-weather, asynchronous, award-winning, background,
        battery-powered, bi-directional, client-side, coherent, community-built, content-based, context-sensitive,
        cost-neutral, cross-border, demand-driven, directional, discrete, dynamic, error-correcting, evidence-based,
        explicit, fault-tolerant, foreground, full-range, global, grid-friendly, heuristic, high-level, holistic,
        hybrid, incremental, interactive, leading edge, local, low-maintenance, methodical, mobile, modular,
        multi-lingual, multimedia, non-blocking, object-oriented, optimal, paper-free, peer-reviewed, radical,
        read-only, real-time, regional, responsive, rule-based, scalable, secondary, self-healing, solar, stable,
        static, systematic, tamper-proof, transactional, uniform, voice-controlled, wide-area, zero waste,
        zero downtime
        """)

    /// What slogans end in.
    static let sloganNouns = WordList(
        """
        adapter, agenda, algorithm, alliance, approach, archive, assembly, assistant, attitude, benchmark,
        blueprint, bridge, campaign, canvas, capacity, catalogue, circuit, collaboration, companion, compass,
        concept, control room, core, cycle, dashboard, database, delivery, design system, dialogue, ecosystem,
        encryption, engine, exchange, experience, fabric, firmware, flow, forecast, framework, function, gateway,
        guidance, hardware, help desk, hub, infrastructure, initiative, interface, knowledge base, ledger, library,
        matrix, methodology, middleware, migration, model, monitoring, network, orchestration, parallelism,
        pipeline, platform, playbook, policy, portal, process, programme, protocol, roadmap, service desk, software,
        solution, standard, strategy, structure, support, toolbox, upgrade, vision, warehouse, workflow, workshop
        """)
}
