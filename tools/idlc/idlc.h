/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IDL compiler: what its parts share. A run reads files into sources, the parser makes an
 * interface of each, the checker resolves names and lays out structures, the emitters print.
 * All memory of a run belongs to its `struct idlc` and goes with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Limits of the language. */
#define SOURCE_SIZE_MAX     (256u << 10)
#define NAME_LENGTH_MAX     64
#define PARAMETERS_MAX      6
#define METHOD_NUMBER_MAX   255
#define OBJECT_NUMBER_MIN   1
#define OBJECT_NUMBER_MAX   31
#define PROTOCOL_NUMBER_MIN 32
#define PROTOCOL_NUMBER_MAX 223
#define VERSION_MAX         65535
#define STRUCT_SIZE_MAX     (16u << 20)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A file as it was read; `text` ends with a NUL behind its `size` bytes. */
struct source {
	const char *path;
	const char *text;
	size_t size;
};

/* Where something stands: line and column count from 1, columns in bytes. */
struct place {
	const struct source *source;
	uint32_t line;
	uint32_t column;
	uint32_t line_start;
};

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_NUMBER,
	TOKEN_ARROW,
	/* A single character: the token's `character`. */
	TOKEN_CHARACTER,
	/* The lexer has reported an error; there is nothing more to come. */
	TOKEN_ERROR,
};

struct token {
	enum token_kind kind;
	struct place place;
	/* The token as it stands in the file. */
	const char *text;
	char character;
	uint64_t number;
	bool hex;
	/* The documentation lines before it, joined with newlines; NULL if there are none. */
	const char *doc;
	struct place doc_place;
};

struct lexer {
	struct idlc *idlc;
	const struct source *source;
	size_t offset;
	uint32_t line;
	uint32_t line_start;
};

struct name {
	const char *text;
	struct place place;
	/* A duplicate of it was reported. */
	bool reported;
};

/* A number, or the name of a constant that the checker replaces by its value. */
struct number {
	struct place place;
	const char *constant;
	uint64_t value;
	bool hex;
};

enum type {
	TYPE_U8,
	TYPE_U16,
	TYPE_U32,
	TYPE_U64,
	TYPE_CHAR,
	TYPE_CAP,
	TYPE_ENUM,
	TYPE_STRUCT,
};

/* A value of an enum, a bit or field of bits, a member of a struct, a parameter or a result. */
struct member {
	struct member *next;
	struct name name;
	const char *doc;
	/*
	 * Enum: the value. Bits: the bit, or the highest of a field. Struct: how many, in an array.
	 */
	struct number number;
	/* Bits: the lowest of a field. */
	struct number low;
	/* Bits: a field. Struct: an array. */
	bool range;
	/*
	 * Struct and parameters: the type, and the item it names. The values of `object_type` name
	 * their objects.
	 */
	struct name type_name;
	bool type_is_struct;
	enum type type;
	const struct item *item;
	/* Enum: a value before it has the same number. */
	bool alias;
	/* Struct: bytes from the start. */
	uint64_t offset;
};

struct method {
	struct method *next;
	struct name name;
	const char *doc;
	struct number number;
	struct member *parameters;
	struct member *results;
};

enum item_kind {
	ITEM_CONST,
	ITEM_ENUM,
	ITEM_BITS,
	ITEM_STRUCT,
	ITEM_OBJECT,
	ITEM_PROTOCOL,
};

struct item {
	struct item *next;
	enum item_kind kind;
	struct name name;
	const char *doc;
	/* Const: the value. Object and protocol: the number. */
	struct number number;
	/* Enum and bits: TYPE_U8 to TYPE_U64. */
	enum type width;
	struct member *members;
	struct method *methods;
	/* Struct, once checked; a size of 0 says that it has errors. */
	uint64_t size;
	uint32_t alignment;
};

struct use {
	struct use *next;
	struct name name;
	struct interface *interface;
};

struct interface {
	struct interface *next;
	const struct source *source;
	struct name name;
	struct number version;
	const char *doc;
	struct use *uses;
	struct item *items;
	/* All that it sees: what it uses, directly or not, and itself as the last. */
	struct interface **visible;
	size_t visible_count;
	/* It has a syntax error, and is here so that this is reported once. */
	bool broken;
	/* Its uses are being read. */
	bool loading;
	/* The enum `object_type` made from its objects; NULL without objects. */
	struct item *object_type;
};

struct allocation;

struct idlc {
	struct allocation *allocations;
	FILE *errors;
	unsigned int error_count;
	/* In an order in which each stands behind what it uses, once loaded. */
	struct interface *interfaces;
};

/* source.c: memory, files, errors. */

/* Zeroed memory that lives as long as `idlc`. */
void *idlc_allocate(struct idlc *idlc, size_t size);
char *idlc_format(struct idlc *idlc, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
void idlc_release(struct idlc *idlc);

/* Reads a file of at most SOURCE_SIZE_MAX bytes. NULL and `*why` if that fails. */
struct source *source_read(struct idlc *idlc, const char *path, const char **why);

/*
 * Reports `path:line:column: error: ...`, the line and a caret. Say what is wrong, then what to do.
 */
void idlc_error(struct idlc *idlc, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* lexer.c */

/* The next token. After an error, which is reported, it is TOKEN_ERROR. */
struct token lexer_next(struct lexer *lexer);

/* parser.c */

/* Parses one file. The interface is `broken` if there was an error, which is reported. */
struct interface *parse_source(struct idlc *idlc, const struct source *source);

/* load.c */

/* The interface of a file with all that it uses. Errors are reported; NULL if it cannot be read. */
struct interface *load_file(struct idlc *idlc, const char *path);

/* names.c: what is declared, for one interface and all it sees. */

struct names;

/* What a name is for: its case, and which names C or the generated code have taken already. */
enum name_use {
	NAME_CONSTANT = 1 << 0,
	NAME_ITEM = 1 << 1,
	NAME_MEMBER = 1 << 2,
	NAME_METHOD = 1 << 3,
	NAME_PARAMETER = 1 << 4,
	/* Of a protocol's method: a server's handler has parameters of its own beside it. */
	NAME_SERVER_PARAMETER = 1 << 5,
};

struct names *names_make(struct idlc *idlc);
/*
 * Declares `key` on behalf of `name`; reports a duplicate of `shown` if it is there already. Keys
 * that are no plain name (members, functions, numbers) hold a character that no name does.
 */
void names_declare(struct names *names, const char *key, const char *shown, struct name *name,
		   const struct item *item);
/* The item declared with the key, NULL if there is none. */
const struct item *names_find(const struct names *names, const char *key);
/* Reports a name of the wrong case, or one that is taken. */
void names_check(struct idlc *idlc, const struct name *name, enum name_use use);

/* declare.c: which names an item (or the interface itself) brings into the generated headers. */

void declare_item(struct idlc *idlc, struct names *names, struct item *item);
void declare_interface(struct idlc *idlc, struct names *names, struct interface *interface);

/* check.c */

/* Checks an interface whose uses have been checked; all errors are reported. */
void check_interface(struct idlc *idlc, struct interface *interface);
/* Replaces a constant's name by its value; false and an error if there is no such constant. */
bool check_number(struct idlc *idlc, const struct names *names, struct number *number);

/* layout.c */

/* Resolves the members' types and gives them their offsets; sets the item's size and alignment. */
void layout_struct(struct idlc *idlc, const struct names *names, struct item *item);
/* Resolves the bits and checks that they are within the width, each used once. */
void layout_bits(struct idlc *idlc, const struct names *names, struct item *item);

/* emit.c: what the emitters share. */

/* Bits of an integer type. */
unsigned int type_width(enum type type);
/* The type of a member or a parameter in C: `uint32_t`, `enum status`. */
const char *type_in_c(struct idlc *idlc, const struct member *member);
/* The cast that makes a word of a message into it: `(uint32_t)`, or nothing for 64 bits. */
const char *cast_in_c(struct idlc *idlc, const struct member *member);
char *upper_case(struct idlc *idlc, const char *text);
bool has_kind(const struct interface *interface, enum item_kind kind);
/* Whether there are objects or protocols. */
bool has_calls(const struct interface *interface);
/* The label of a message: the number of the object or protocol, and of the method. */
uint32_t method_label(const struct item *item, const struct method *method);
/* The number as it was written, decimal or hexadecimal. */
const char *number_text(struct idlc *idlc, const struct number *number);
/* A field's or bit's bits in place. */
uint64_t member_mask(const struct member *bit);
/*
 * The documentation as a C comment behind `indent` tabs, lines of at most 100 columns; nothing for
 * NULL.
 */
void emit_comment(FILE *out, unsigned int indent, const char *doc);
/* The head of a generated C header: what it holds, and where it comes from. */
void emit_head(FILE *out, const struct interface *interface, const char *what);

/* Text whose lines are broken before column 100; each line after the first begins with `margin`. */
struct wrap {
	FILE *out;
	const char *margin;
	unsigned int column;
};

/* Puts text where the last ended. */
void wrap_put(struct wrap *wrap, const char *text);
/* Puts the separator, then the text behind a space or on a new line. */
void wrap_join(struct wrap *wrap, const char *separator, const char *text);
/* Puts a method's parameters, and its results as pointers, each behind a comma. */
void wrap_parameters(struct idlc *idlc, struct wrap *wrap, const struct method *method);

/* Whether there are members that not every word holds. */
bool has_narrow(const struct member *members);
/*
 * Puts a condition that is true if one of `words` (`m->word`) does not hold what the member in its
 * place declares.
 */
void emit_bad_words(struct idlc *idlc, struct wrap *wrap, const struct member *members,
		    const char *words);

/* Each prints one file. */
typedef void emitter(struct idlc *idlc, FILE *out, const struct interface *interface);

emitter emit_c_header;
emitter emit_asm_header;
emitter emit_names_header;
emitter emit_client_header;
emitter emit_dispatch_header;
emitter emit_documentation;

/* output.c */

/*
 * Writes all headers and the documentation of the interface into a directory; each file appears
 * whole or not at all. False and a message on idlc->errors if that fails.
 */
bool write_interface(struct idlc *idlc, const char *directory, const struct interface *interface);

/* run.c */

/* The whole program. Returns its exit status. */
int idlc_run(int argc, char **argv, FILE *out, FILE *errors);
