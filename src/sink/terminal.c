/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The terminal as a whole screen, by ncurses. */
#include "sink/terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/caller.h"
#include "base/cleanup.h"
#include "base/ending.h"
#include "base/rune_width.h"
#include "base/safe.h"

#define LINE_SIZE 4096
/* Anybody who has the terminal can give it any size; ncurses keeps 27 MB of this one. */
#define WIDTH_MAX 1000
#define HEIGHT_MAX 500

enum {
	PAIR_GREEN = 1,
	PAIR_RED,
	PAIR_CYAN,
	PAIR_YELLOW,
	PAIR_MAGENTA,
	PAIR_HEADER,
	PAIR_CURSOR,
};

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static SCREEN *screen;
static struct termios before;
static bool colors, utf8;

/* The terminal back, whatever state ncurses is in. In a signal handler: what nobody takes is not waited for. */
static void restore(void)
{
	static const char back[] = "\033[?1049l\033[?25h\033[0m\r\n";
	struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	if (poll(&output, 1, 0) > 0 && write(STDOUT_FILENO, back, sizeof(back) - 1) < 0)
		return;
}

/* Then the signal does what it does. */
static void on_crash(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

/*
 * On the terminal's own background, which may be dark or light: of 256 colours those that have a contrast
 * of 3 at least with both black and white, which cyan, yellow and green of the first eight have not.
 */
static const struct {
	short pair, of_8, of_256;
} on_background[] = {
	{PAIR_GREEN, COLOR_GREEN, 28},	    {PAIR_RED, COLOR_RED, 160},
	{PAIR_CYAN, COLOR_CYAN, 31},	    {PAIR_YELLOW, COLOR_YELLOW, 136},
	{PAIR_MAGENTA, COLOR_MAGENTA, 133},
};

/* no-color.org: an empty NO_COLOR is none. */
static void open_colors(void)
{
	const char *none = getenv("NO_COLOR");

	colors = has_colors() && !(none && *none) && start_color() == OK;
	if (!colors)
		return;
	use_default_colors();
	for (size_t i = 0; i < ARRAY_SIZE(on_background); i++)
		init_pair(on_background[i].pair,
			  COLORS >= 256 ? on_background[i].of_256 : on_background[i].of_8, -1);
	init_pair(PAIR_HEADER, COLOR_BLACK, COLOR_GREEN);
	init_pair(PAIR_CURSOR, COLOR_BLACK, COLOR_CYAN);
}

/*
 * What a terminal can do is read from root's files alone where the program has rights that its caller
 * has not: ncurses follows these variables to files of the caller's.
 */
static SCREEN *open_screen(void)
{
	static const char *const places[] = {"TERMINFO", "TERMINFO_DIRS", "TERMCAP", "TERMPATH",
					     "HOME"};
	const char *home = getenv("HOME");
	_cleanup_(cleanup_free) char *kept = home ? strdup(home) : NULL;
	SCREEN *opened;

	for (size_t i = 0; caller_is_weaker() && i < ARRAY_SIZE(places); i++)
		unsetenv(places[i]);
	use_env(FALSE); /* COLUMNS and LINES may be any number; terminal_size() asks the terminal */
	use_tioctl(FALSE);
	opened = newterm(NULL, stdout, stdin);
	if (kept)
		setenv("HOME", kept, 1);
	return opened;
}

int terminal_open(void)
{
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		return -ENOTTY;
	tcgetattr(STDIN_FILENO, &before);
	setlocale(LC_CTYPE, "");
	utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	set_escdelay(25); /* a lone Escape; ssh sends sequences in one piece */
	screen = open_screen();
	if (!screen)
		return -ENOENT;
	if (!tigetstr("cup")) { /* TERM=dumb: nothing can be put anywhere */
		endwin();
		delscreen(screen);
		screen = NULL;
		return -ENOENT;
	}
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		signal(crashes[i], on_crash);
	ending_before_force(restore);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	mouseinterval(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	open_colors();
	return 0;
}

void terminal_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	ending_before_force(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		signal(crashes[i], SIG_DFL);
}

void terminal_size(unsigned int *ret_width, unsigned int *ret_height)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row < HEIGHT_MAX ? size.ws_row : HEIGHT_MAX,
			   size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX);
	*ret_width = (unsigned int)getmaxx(stdscr);
	*ret_height = (unsigned int)getmaxy(stdscr);
}

/* Two bars one above the other must not look alike, also without colors. */
static attr_t attributes(enum terminal_style style)
{
	static const attr_t plain[] = {
		[TERMINAL_PLAIN] = A_NORMAL,
		[TERMINAL_BOLD] = A_BOLD,
		[TERMINAL_GREEN] = A_BOLD,
		[TERMINAL_RED] = A_BOLD,
		[TERMINAL_CYAN] = A_NORMAL,
		[TERMINAL_YELLOW] = A_NORMAL,
		[TERMINAL_MAGENTA] = A_NORMAL,
		[TERMINAL_DIM] = A_DIM,
		[TERMINAL_HEADER] = A_BOLD | A_UNDERLINE,
		[TERMINAL_CURSOR] = A_REVERSE,
	};
	static const short pairs[] = {
		[TERMINAL_GREEN] = PAIR_GREEN,	   [TERMINAL_RED] = PAIR_RED,
		[TERMINAL_CYAN] = PAIR_CYAN,	   [TERMINAL_YELLOW] = PAIR_YELLOW,
		[TERMINAL_MAGENTA] = PAIR_MAGENTA, [TERMINAL_HEADER] = PAIR_HEADER,
		[TERMINAL_CURSOR] = PAIR_CURSOR,
	};

	if (colors && style < ARRAY_SIZE(pairs) && pairs[style])
		return (attr_t)COLOR_PAIR(pairs[style]);
	return plain[style];
}

/* In another character set the bytes of UTF-8 would be other characters, and more of them. */
static void put_ascii(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		uint32_t rune = 0;
		size_t length = safe_decode(text + at, size - at, &rune);

		if (length == 1)
			addch((unsigned char)text[at]);
		for (unsigned int i = length == 1 ? 0 : length ? rune_width(rune) : 1; i; i--)
			addch('?');
		at += length ? length : 1;
	}
}

static void put_utf8(const char *text, size_t size)
{
	char line[LINE_SIZE];

	size = size < sizeof(line) ? size : sizeof(line);
	memcpy(line, text, size);
	safe_name(line, size);
	addnstr(line, (int)size);
}

void terminal_line(unsigned int y, const char *text, size_t size, enum terminal_style style)
{
	attr_t attribute = attributes(style);

	/* blank first: behind the last cell of the screen the cursor stays where it is */
	attrset(attribute);
	move((int)y, 0);
	if (style >= TERMINAL_HEADER)
		hline(' ' | attribute, getmaxx(stdscr));
	else
		clrtoeol();
	if (utf8)
		put_utf8(text, size);
	else
		put_ascii(text, size);
	attrset(A_NORMAL);
}

void terminal_redraw(void)
{
	clearok(stdscr, TRUE);
}

void terminal_show(void)
{
	refresh();
}

/* Past ncurses, which knows nothing of it: the cursor stays where it is. A terminal that takes nothing
 * gets nothing. */
void terminal_copy(const char *text, size_t size)
{
	struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
	_cleanup_(buf_release) struct buf sequence = {};

	buf_puts(&sequence, "\033]52;c;");
	base64_put(&sequence, text, size);
	buf_putc(&sequence, '\a');
	if (sequence.failed || poll(&output, 1, 0) <= 0 ||
	    write(STDOUT_FILENO, sequence.data, sequence.len) < 0)
		return;
}

int terminal_key(void)
{
	static const struct {
		int curses, key;
	} keys[] = {
		{KEY_UP, TERMINAL_UP},
		{KEY_DOWN, TERMINAL_DOWN},
		{KEY_PPAGE, TERMINAL_PAGE_UP},
		{KEY_NPAGE, TERMINAL_PAGE_DOWN},
		{KEY_HOME, TERMINAL_HOME},
		{KEY_END, TERMINAL_END},
		{KEY_ENTER, TERMINAL_ENTER},
		{'\r', TERMINAL_ENTER},
		{'\n', TERMINAL_ENTER},
		{27, TERMINAL_ESCAPE},
		{KEY_BACKSPACE, TERMINAL_BACKSPACE},
		{127, TERMINAL_BACKSPACE},
		{'\b', TERMINAL_BACKSPACE},
		{KEY_LEFT, TERMINAL_LEFT},
		{KEY_RIGHT, TERMINAL_RIGHT},
		{KEY_DC, TERMINAL_DELETE},
		{KEY_MOUSE, TERMINAL_MOUSE},
	};
	int typed = getch();

	while (typed == KEY_RESIZE) /* resizeterm() puts it there; nobody typed it */
		typed = getch();
	if (typed == ERR)
		return TERMINAL_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].curses == typed)
			return keys[i].key;
	}
	if (typed >= KEY_F(1) && typed <= KEY_F(10))
		return TERMINAL_F1 + (typed - KEY_F(1));
	return typed < 256 ? typed : 0;
}

int terminal_mouse(unsigned int *ret_x, unsigned int *ret_y)
{
	MEVENT event = {};

	if (getmouse(&event) != OK)
		event.x = event.y = -1;
	*ret_x = event.x < 0 ? UINT32_MAX : (unsigned int)event.x;
	*ret_y = event.y < 0 ? UINT32_MAX : (unsigned int)event.y;
	return event.bstate & BUTTON4_PRESSED ? -1 : event.bstate & BUTTON5_PRESSED ? 1 : 0;
}

bool terminal_gone(void)
{
	struct pollfd input = {.fd = STDIN_FILENO};

	return poll(&input, 1, 0) > 0 && input.revents & (POLLHUP | POLLERR | POLLNVAL);
}
