/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The terminal as a whole screen, by ncurses. */
#include "sink/terminal.h"

#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { PAIR_GREEN = 1, PAIR_RED };

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static SCREEN *screen;
static struct termios before;

/* The terminal back, whatever state ncurses is in; then the signal does what it does. */
static void on_crash(int number)
{
	static const char back[] = "\033[?1049l\033[?25h\033[0m\r\n";

	if (write(STDOUT_FILENO, back, sizeof(back) - 1) < 0)
		_exit(128 + number);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	signal(number, SIG_DFL);
	raise(number);
}

int terminal_open(void)
{
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		return -ENOTTY;
	tcgetattr(STDIN_FILENO, &before);
	setlocale(LC_CTYPE, "");
	set_escdelay(25); /* a lone Escape; ssh sends sequences in one piece */
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		signal(crashes[i], on_crash);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	if (has_colors() && !getenv("NO_COLOR") && start_color() == OK) {
		use_default_colors();
		init_pair(PAIR_GREEN, COLOR_GREEN, -1);
		init_pair(PAIR_RED, COLOR_RED, -1);
	}
	return 0;
}

void terminal_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		signal(crashes[i], SIG_DFL);
}

void terminal_size(unsigned int *ret_width, unsigned int *ret_height)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	*ret_width = (unsigned int)getmaxx(stdscr);
	*ret_height = (unsigned int)getmaxy(stdscr);
}

static attr_t attributes(enum terminal_look look)
{
	static const attr_t plain[] = {
		[TERMINAL_PLAIN] = A_NORMAL,	[TERMINAL_BOLD] = A_BOLD,
		[TERMINAL_REVERSE] = A_REVERSE, [TERMINAL_GREEN] = A_BOLD,
		[TERMINAL_RED] = A_BOLD,	[TERMINAL_DIM] = A_DIM,
	};

	if (look == TERMINAL_GREEN && COLOR_PAIRS > PAIR_RED)
		return A_NORMAL | (attr_t)COLOR_PAIR(PAIR_GREEN);
	if (look == TERMINAL_RED && COLOR_PAIRS > PAIR_RED)
		return A_NORMAL | (attr_t)COLOR_PAIR(PAIR_RED);
	return plain[look];
}

void terminal_line(unsigned int y, const char *text, size_t size, enum terminal_look look)
{
	attrset(attributes(look));
	move((int)y, 0);
	addnstr(text, (int)size);
	if (look == TERMINAL_REVERSE && getcury(stdscr) == (int)y) /* a bar, to the edge */
		hline(' ' | A_REVERSE, getmaxx(stdscr));
	else if (getcury(stdscr) == (int)y)
		clrtoeol();
	attrset(A_NORMAL);
}

void terminal_show(void)
{
	refresh();
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
	};
	int typed = getch();

	if (typed == ERR)
		return TERMINAL_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].curses == typed)
			return keys[i].key;
	}
	return typed < 256 ? typed : 0;
}
