# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command lines that netstat and netstate are compared on."""
import itertools

SHORT = "rigsMvWnNepolaFCZtuUSwx2f46Vhd"
LONG = ("route interfaces groups statistics masquerade verbose wide numeric numeric-hosts numeric-ports numeric-users symbolic "
        "extend programs timers continuous listening all fib cache context tcp udp udplite sctp raw unix l2cap rfcomm protocol inet "
        "ip inet6 ax25 x25 ipx netrom rose ddp appletalk bluetooth version help tcpip").split()
ENDLESS = {"continuous"}

# What people type, and what the option letters can be together beyond pairs.
USUAL = """
|-a|-an|-ant|-antp|-antpe|-anteop|-antup|-antupW|-tulpn|-tulpen|-tunlp|-tuna|-nlp|-nltp|-lntup|-plnt|-anp|-anpt|-anpe|-anu|-aux|-axp
-lx|-lxp|-xl|-xn|-xe|-xo|-xW|-xpe|-at|-au|-lt|-lu|-al|-nl|-ae|-ap|-atp|-pt|-pn|-tp|-ta|-tun|-anW|-antW|-auW|-awW|-lW|-W|-tW|-anto|-auo|-awo
-aeo|-anpo|-anpeo|-eeo|-eop|-na|-a6|-a4|-an4|-an6|-at4|-at6|-au4|-au6|-aw4|-aw6|-aw|-awn|-awp|-w|-wl|-wn|-wna|-U|-Ua|-Ul|-Uan|-tU|-lU
-ee|-aee|-eee|-ae --numeric-users|-ae --numeric-hosts|-ae --numeric-ports|-a --numeric-ports|-at --numeric-hosts --numeric-ports
-aw --numeric-ports|-aw --numeric-hosts|-au --numeric-ports -e|-a --numeric-users --numeric-ports --numeric-hosts -e|-aN|-atN
-S|-Sa|-Sl|-Sv|-tS|-uS|-wS|-aS --numeric-ports|-avn|-v|-av|-avt|-lv|-vx|-v4|-v6|-vr|-vi|-vs|-vg
-r|-rn|-rne|-rnee|-rneee|-rneeee|-rneeeee|-re|-ree|-reee|-reeee|-rN|-rNe|-rNee|-rF|-rC|-rFC|-rCn|-rCe|-rCee|-rFCn|-rFCee|-rCeee|-rv|-rW|-rnW
-r4|-r6|-r46|-r64|-rn6|-rn46|-r6e|-r6ee|-r6C|-r6FC|-r6n|-rn6C|-r6N|-ra|-rl|-rp|-rt|-ru|-rx|-rg|-ro
-r -A inet|-r -A inet6|-r -A inet,inet6|-r -A inet6,inet|-r -A unix|-r -A inet,unix|-r -A ash|-r -A econet|-r -A ax25|-r -A x25|-r -A ipx
-r -A netrom|-r -A rose|-r -A ddp|-r -A bluetooth|-r -A inet,ax25|-r --ax25|-r --unix|-r --inet --inet6|-rA inet|-rAinet6|-r --protocol=inet6
-nr --inet|-rn --protocol inet|-r --numeric-hosts|-r --numeric-ports|-r --numeric-users|-r --numeric-ports -6|-r --symbolic|-r --fib|-r --cache
-i|-ia|-ie|-iae|-iee|-iea|-in|-ian|-iv|-iW|-ip|-it|-il|-ig|-i6|-i4|-ie6|-i -A unix|-iA inet|-ic --help|--interfaces lo|--interface=lo|--interface|-i lo|-iea lo
-g|-gn|-g4|-g6|-gn4|-gn6|-gt|-ga|-gl|-ge|-gp|-go|-gW|-gx|-gxn|-gu|-g -A inet|-g -A inet6|-g -A unix|-gN|-gv|-g --numeric-ports|-g --numeric-hosts
-s|-st|-su|-sw|-sS|-sU|-stu|-stw|-suw|-stuw|-stuUSw|-s4|-s6|-s46|-s6t|-s6u|-s6w|-s6tu|-s6tuw|-s6S|-s6U|-sx|-s4x|-s -A inet|-s -A inet6|-s -A unix
-sn|-sa|-se|-sp|-sv|-sg|-sW|-s -A ipx|-s -A inet,inet6|-s --tcp|-s --udp|-s --raw|-s6 --udplite|-st4|-su4|-sw6
-M|-Mn|-Me|-Ma|-Mc|-Mv|-Mt|-Mg|-Sc|-2|-f|-2f|-2a|-t2|-tf|-xf|-x2|--bluetooth|-t --bluetooth|-r --bluetooth|-i --bluetooth|-s --bluetooth
-A inet|-A inet6|-A ip|-A ip6|-A tcpip|-A unix|-A inet,unix|-A unix,inet6|-A inet,inet6,unix|-A ax25|-A x25|-A ipx|-A rose|-A netrom|-A ddp
-A appletalk|-A econet|-A ash|-A bluetooth|-A ec|-A foo|-A inet,foo|-A foo,inet|-A ,|-A inet,|-A ,inet|-A INET|-A inet -A unix|-Ainet|-Aunix -a
-A|-a -A|--protocol|--protocol=|--protocol=unix|--protocol=unix,inet|--protocol unix|-A unix -n|-tA|-A ip,ip6 -l|-A ddp -a|-A ash -t
--ip|--ip6|--inet|--inet6|--inet --inet6|--unix|--un|--uni|--ax25|--x25|--ipx|--netrom|--rose|--ddp|--appletalk|--ash|--econet|--tcpip|--tcpip -a
--inet -a|--inet -an|--inet6 -an|--inet -ant|--inet6 -anu|--unix -a|--unix -l|--ax25 -a|--ipx -t|--x25 -v|--rose -a|--netrom -a|--ax25 -v -t
--num|--nume|--numeric|--numeric-|--numeric-h|--numeric-p|--numeric-u|--numeric=x|--all=x|--tcp=|--program|--programs|--prog -t|--prot unix
--listen|--list -t|--time -a|--wid -a|--exten -a|--ext -at|--verb|--stat|--stati|--inter|--gro|--masq|--mas|--rout|--route -n|--symb -a
--udp|--udpl|--udplite|--sctp|--raw|--tcp|--t|--u|--s|--r|--i|--n|--a|--l|--w|--c|--f|--p|--v|--e|--m|--g|--x|--h|--b|--d|-|--|--foo|--tcp6|---all
-y|-L|-I|-T|-E|-k|-z|-1|-3|-b|-B|-D|-H|-j|-m|-O|-q|-Q|-R|-X|-Y|-?|-a?|-ay|-ya|-t -y|-Vy|-yV|-hy|-hV|-Vh|-aV|-ah|-t -h|-anth|-ant -V|-? -V
-ri|-rM|-rs|-is|-iM|-sM|-ii|-rr|-ss|-MM|-ris|-r -i|-rir|--route --interfaces|-ii -h|-rr -y|-gr|-gi|-gs|-gM|-grn|-gie|-gsn|-rgn|-sgt
-ant foo|foo|foo -ant|trace|trace -t|help|-rn eth0|-i lo -e|-a -- -n|-- -n|-- -y|-a -- foo|lo -i|-t foo -n bar -a|-c5 -h|5 -s|-s 5|list -l|stalls
-Z|-aZ|-antZ|-aZy|-Zh|-hZ|-Z -A foo|-rZ|-sZ|-iZ
-d|-ad|-antd|-dd|-rd|-sd|-F|-C|-FC|-aF|-aC|-tF|-N|-n|-nn|-aa|-ll|-la|-al -t|-tt|-oo|-pp|-vv|-WW|-eW|-eWp|-epo|-peWo|-lpeWo|-apeWon|-avpeWon
""".strip("\n")


def usual():
    for row in USUAL.split("\n"):
        for line in row.split("|"):
            yield tuple(line.split())


def pairs():
    for a in SHORT:
        yield (f"-{a}",)
    for a, b in itertools.combinations(SHORT, 2):
        yield (f"-{a}{b}",)


def abbreviations():
    """Every beginning of every long option, with and without an operand that --protocol would take."""
    seen = set()
    for name in LONG:
        for end in range(1, len(name) + 1):
            word = name[:end]
            if word in seen or any(other.startswith(word) and other in ENDLESS for other in LONG):
                continue
            seen.add(word)
            yield (f"--{word}", "inet")


def every():
    """All of them, each once, in order; none that runs for ever."""
    lines = dict.fromkeys(itertools.chain(usual(), pairs(), abbreviations()))
    return [line for line in lines if line != ("-ic", "--help")]


# What reading TCP from the kernel's iterators must not change.
TCP = ("-ant|-antp|-anp|-antpe|-antpo|-a|-at|-ate|-lnt|-tn|-t|-tW|-antW|-an4|-an6|-at4|-at6|-ant4|-ant6|-tulpn|-anto|-antoe|-tuWp|-ltne"
       "|--inet -an|--inet6 -an|-A inet -ant|-g4n|-anpeo|-av").split("|")

# Run until they have printed several rounds, then ended.
CONTINUOUS = [("-c",), ("-ntc",), ("-ic",), ("-rnc",), ("-xc",), ("-lc", "5"), ("--continuous", "-u"), ("-ieac",), ("-nic",)]
