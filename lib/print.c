/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text: a small part of printf(), without floating point, locales or allocation. */
#include <stdbool.h>
#include <stdint.h>

#include <cloister/print.h>

/* Digits of 2^64 - 1 in decimal. */
#define DIGITS_MAX 20

/* Where the text goes: the last byte of the buffer is kept for the NUL. */
struct output {
	char *at;
	char *end;
};

struct conversion {
	bool zero;
	int width;
	/* Below 0: none given. */
	int precision;
	/* Bytes of an integer argument. */
	size_t bytes;
};

/* A va_list that can be handed on by address on every architecture. */
struct arguments {
	va_list list;
};

static void put(struct output *o, char c)
{
	if (o->at < o->end)
		*o->at++ = c;
}

static void put_padding(struct output *o, char c, int count)
{
	while (count-- > 0)
		put(o, c);
}

static void put_string(struct output *o, const struct conversion *c, const char *s)
{
	int length = 0;

	while ((c->precision < 0 || length < c->precision) && s[length])
		length++;
	put_padding(o, ' ', c->width - length);
	for (int i = 0; i < length; i++)
		put(o, s[i]);
}

static void put_number(struct output *o, const struct conversion *c, uint64_t value,
		       unsigned int base, bool negative)
{
	char digits[DIGITS_MAX];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (!c->zero)
		put_padding(o, ' ', c->width - count - negative);
	if (negative)
		put(o, '-');
	if (c->zero)
		put_padding(o, '0', c->width - count - negative);
	while (count--)
		put(o, digits[count]);
}

static uint64_t unsigned_argument(struct arguments *a, const struct conversion *c)
{
	return c->bytes == sizeof(uint64_t) ? va_arg(a->list, uint64_t) :
					      va_arg(a->list, unsigned int);
}

static void put_signed(struct output *o, const struct conversion *c, struct arguments *a)
{
	int64_t value = c->bytes == sizeof(int64_t) ? va_arg(a->list, int64_t) :
						      va_arg(a->list, int);

	/* The negation is done unsigned: the most negative value has no positive one. */
	put_number(o, c, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
}

static void put_pointer(struct output *o, struct arguments *a)
{
	struct conversion c = { .zero = true, .width = 2 * sizeof(void *) };

	put(o, '0');
	put(o, 'x');
	put_number(o, &c, (uintptr_t)va_arg(a->list, void *), 16, false);
}

/* A decimal number or '*' in the format. */
static const char *take_count(const char *f, struct arguments *a, int *count)
{
	if (*f == '*') {
		*count = va_arg(a->list, int);
		return f + 1;
	}
	for (*count = 0; *f >= '0' && *f <= '9'; f++)
		*count = *count * 10 + (*f - '0');
	return f;
}

/* Read what stands between '%' and the letter of the conversion; gives the place of the letter. */
static const char *take_conversion(const char *f, struct arguments *a, struct conversion *c)
{
	*c = (struct conversion){ .precision = -1, .bytes = sizeof(int) };
	if (*f == '0') {
		c->zero = true;
		f++;
	}
	f = take_count(f, a, &c->width);
	if (*f == '.')
		f = take_count(f + 1, a, &c->precision);
	for (; *f == 'l' || *f == 'z'; f++)
		c->bytes = sizeof(uint64_t);
	return f;
}

static void put_conversion(struct output *o, char letter, const struct conversion *c,
			   struct arguments *a)
{
	switch (letter) {
	case 's':
		put_string(o, c, va_arg(a->list, const char *));
		break;
	case 'c':
		put(o, (char)va_arg(a->list, int));
		break;
	case 'd':
		put_signed(o, c, a);
		break;
	case 'u':
		put_number(o, c, unsigned_argument(a, c), 10, false);
		break;
	case 'x':
		put_number(o, c, unsigned_argument(a, c), 16, false);
		break;
	case 'p':
		put_pointer(o, a);
		break;
	default:
		put(o, letter);
		break;
	}
}

size_t print_format_list(char *out, size_t size, const char *format, va_list arguments)
{
	struct output o = { .at = out, .end = out + size - 1 };
	struct conversion c;
	struct arguments a;

	va_copy(a.list, arguments);
	for (const char *f = format; *f; f++) {
		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		f = take_conversion(f + 1, &a, &c);
		if (!*f)
			break;
		put_conversion(&o, *f, &c, &a);
	}
	va_end(a.list);
	*o.at = '\0';
	return (size_t)(o.at - out);
}

size_t print_format(char *out, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = print_format_list(out, size, format, arguments);
	va_end(arguments);
	return length;
}
