/* libedit's imitation of GNU readline, as macOS has it.
 *
 * Declares what libedit.tbd lists. readline(3) and history(3) of GNU readline describe what the functions do, a Mac's
 * editline(3) what is different: append_history, rl_catch_signals, rl_completion_suppress_append and
 * rl_resize_terminal don't exist, and a history state has nothing but a length. */
#ifndef _READLINE_H_
#define _READLINE_H_

#include <stdio.h>

/* The types' names of readline 4, and those of readline 2. */
typedef char **rl_completion_func_t(const char *, int, int);
typedef char *rl_compentry_func_t(const char *, int);
typedef void rl_compdisp_func_t(char **, int, int);
typedef int rl_command_func_t(int, int);
typedef int rl_hook_func_t(void);
typedef void rl_vcpfunc_t(char *);
typedef void rl_voidfunc_t(void);
typedef int Function(const char *, int);
typedef void VFunction(void);
typedef char *CPFunction(const char *, int);
typedef char **CPPFunction(const char *, int, int);

typedef void *histdata_t;

typedef struct _hist_entry {
    const char *line;
    histdata_t data;
} HIST_ENTRY;

typedef struct {
    int length;
} HISTORY_STATE;

/* Bindings of keys. A map can only be named, not looked into. */
typedef struct _keymap_entry {
    char type;
    rl_command_func_t *function;
} KEYMAP_ENTRY;
typedef KEYMAP_ENTRY *Keymap;
typedef KEYMAP_ENTRY KEYMAP_ENTRY_ARRAY[256];

/* The readline it says it is: 4.2. */
#define RL_READLINE_VERSION 0x0402
#define RL_VERSION_MAJOR 4
#define RL_VERSION_MINOR 2

#ifdef __cplusplus
extern "C" {
#endif

/* The line. */
extern const char *rl_library_version;
extern int rl_readline_version;
extern const char *rl_readline_name;
extern const char *rl_terminal_name;
extern FILE *rl_instream;
extern FILE *rl_outstream;
extern char *rl_line_buffer;
extern int rl_point;
extern int rl_end;
extern int rl_done;
extern rl_hook_func_t *rl_startup_hook;
extern rl_hook_func_t *rl_pre_input_hook;
extern rl_hook_func_t *rl_event_hook;
extern int (*rl_getc_function)(FILE *);
extern rl_voidfunc_t *rl_redisplay_function;

char *readline(const char *prompt);
int rl_initialize(void);
int rl_insert_text(const char *text);
int rl_insert(int count, int key);
int rl_newline(int count, int key);
int rl_read_key(void);
int rl_set_prompt(const char *prompt);
void rl_redisplay(void);
void rl_reset_terminal(const char *name);
void rl_prep_terminal(int meta);
void rl_deprep_terminal(void);
void rl_free_line_state(void);
void rl_cleanup_after_signal(void);

/* Bindings and settings. */
extern KEYMAP_ENTRY_ARRAY emacs_standard_keymap;
extern KEYMAP_ENTRY_ARRAY emacs_meta_keymap;
extern KEYMAP_ENTRY_ARRAY emacs_ctlx_keymap;
int rl_add_defun(const char *name, rl_command_func_t *function, int key);
int rl_bind_key(int key, rl_command_func_t *function);
int rl_bind_key_in_map(int key, rl_command_func_t *function, Keymap map);
int rl_parse_and_bind(const char *line);
int rl_read_init_file(const char *path);
int rl_variable_bind(const char *name, const char *value);

/* One character at a time. */
void rl_callback_handler_install(const char *prompt, rl_vcpfunc_t *handler);
void rl_callback_read_char(void);
void rl_callback_handler_remove(void);

/* Completion. */
extern rl_completion_func_t *rl_attempted_completion_function;
extern rl_compentry_func_t *rl_completion_entry_function;
extern rl_compdisp_func_t *rl_completion_display_matches_hook;
extern int rl_attempted_completion_over;
extern int rl_completion_append_character;
extern int rl_completion_query_items;
extern int rl_completion_type;
extern const char *rl_basic_word_break_characters;
extern char *rl_completer_word_break_characters;
extern const char *rl_completer_quote_characters;
extern const char *rl_special_prefixes;

int rl_complete(int count, int key);
void rl_display_match_list(char **matches, int count, int longest);
char **completion_matches(const char *text, rl_compentry_func_t *generator);
char **rl_completion_matches(const char *text, rl_compentry_func_t *generator);
char *filename_completion_function(const char *text, int state);

/* History. */
extern int history_base;
extern int history_length;
extern int max_input_history;

void using_history(void);
int add_history(const char *line);
void clear_history(void);
HIST_ENTRY *current_history(void);
HIST_ENTRY *history_get(int position);
HISTORY_STATE *history_get_history_state(void);
HIST_ENTRY *next_history(void);
HIST_ENTRY *previous_history(void);
HIST_ENTRY *remove_history(int position);
HIST_ENTRY *replace_history_entry(int position, const char *line, histdata_t data);
int history_expand(char *line, char **expanded);
int history_is_stifled(void);
int history_search(const char *text, int direction);
int history_search_pos(const char *text, int direction, int position);
int history_set_pos(int position);
int history_total_bytes(void);
int history_truncate_file(const char *path, int lines);
int read_history(const char *path);
void stifle_history(int most);
int unstifle_history(void);
int where_history(void);
int write_history(const char *path);

#ifdef __cplusplus
}
#endif
#endif
