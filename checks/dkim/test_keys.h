// Public keys for the tests of this folder, in base64.
#pragma once

namespace mailfleet::dkim::keys {

// RSA of 512 bits, SubjectPublicKeyInfo.
constexpr char rsa_512[] =
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMGSzV97BdP5uKX5W/v8PT8kgF07czn5BLG2lhFl7sE/FLi/fO5fVW64"
    "Rc/VkH3KX6lrevcdPKIqiMMo3ZxYAykCAwEAAQ==";

constexpr char rsa_768[] =
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhANyWkZqwC6/1b4G8Y9odkhd6LgrH3djDTGmd9xrLL9OFeebBXnUUgh+w"
    "trHxupy/OjM8RYobU6o5GmMc4C6FNIXNjeWQ3KHoaeyCa8+MqAa17eT7ZfZeNIVXbBmKbuv2KQIDAQAB";

constexpr char rsa_1024[] =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDOEYlzJeDnnWt8KhRtBlZPHgbtizvn3oRC0WuiY2hdxbQJd727"
    "SFckVJrkNtip0K943364YccCGWpBaLF9sc0TfqgMB8iFIRWvASmc/5JlRnsIbDvbnoX2oyzzI9H3DbWk+Fk8u3Rz"
    "1zdI/L7gDUXv7zQJwLeTZkFOkhVB1HtR6QIDAQAB";

constexpr char rsa_1536[] =
    "MIHfMA0GCSqGSIb3DQEBAQUAA4HNADCByQKBwQC89NyEoy/XhhRTr8iRCQ3QzWRC6NePYSZiKF8DPUAaUbUq3dfv"
    "Mimb66t6TSomdIvO9HGmHVdgDeYeaKjw1ZxvgCRKwLJEYgRMsC9YXaWYC/6Yj4Vhg6IChG8DikI9MZhws5cNLbmz"
    "yv8UMd5EZrY9PpZMU+59WXK3VV1iRoH5r8KHw/Sxl+oXv+YCNuptd5abFCm/BcNfcXVuiS1Ax51KWcgTtgGdzvk9"
    "JjrGU6kT9nyvbj+1V8qiV4X5LuMBWDMCAwEAAQ==";

constexpr char rsa_2048[] =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAs9BvrI+FAh6XwDtMKpO8qE6LdOojxYh9rI5friM7N7Hd"
    "Irex4TnYfKx13952OWlKI3CF3LFyuJBXyoJ1jAKn4Wrtha/FvuLRZ1r6XWwcdZFNuyoaw+BLtIwo00rLWnSlHxmk"
    "EaZSSaNXi/B+uvEeu2CcaWi439/0AA1nBhJFIA5P8kmbE3YfoEoyKUk+Sv2YSUlLpKqWDHiD0RM8X84EVm+PFJX0"
    "tJlI4isMqluSCyjrRupQ35VfuaTjICbowsytXDwWNYFCdcD08ARAI4Leuj9VyEM28Ap53PxeDydTo+Tznjr4Y/Dt"
    "G03/gstufV4PmCOocv6mcheWrYa/dhcqcwIDAQAB";

// the same key as RSAPublicKey.
constexpr char rsa_2048_bare[] =
    "MIIBCgKCAQEAs9BvrI+FAh6XwDtMKpO8qE6LdOojxYh9rI5friM7N7HdIrex4TnYfKx13952OWlKI3CF3LFyuJBX"
    "yoJ1jAKn4Wrtha/FvuLRZ1r6XWwcdZFNuyoaw+BLtIwo00rLWnSlHxmkEaZSSaNXi/B+uvEeu2CcaWi439/0AA1n"
    "BhJFIA5P8kmbE3YfoEoyKUk+Sv2YSUlLpKqWDHiD0RM8X84EVm+PFJX0tJlI4isMqluSCyjrRupQ35VfuaTjICbo"
    "wsytXDwWNYFCdcD08ARAI4Leuj9VyEM28Ap53PxeDydTo+Tznjr4Y/DtG03/gstufV4PmCOocv6mcheWrYa/dhcq"
    "cwIDAQAB";

constexpr char rsa_4096[] =
    "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAwOSCZi+j0ZFG/F08qtCYJ8X7K68gla8t+A/rHz/ZUKrP"
    "ffbf6fm2u02k/XNoFyRgs9ma7fOJ6/H6ZPyjjACczCK4cDEYpRADf1wyeNo/uVX/ufiIzeLY4UkXbbyFh5u52SCV"
    "GdXAKPEbdD3Ll7Pnf0hUYSWaBj9TQKw0057M6CosUJQX6Obls8cLOZEH+O6cwIrvSsQJ0VPJZCnxsDsgc/xKfSsP"
    "2SefuSA3dl1q6DtK351cajoHoktSbIV6NKDBOSPEC7WU3a7jkBO5uw7ytSiLpkQ/DmgwoO8zoRsAbkJgMNGTcqob"
    "aVX+Xiy3o1dyTFyAeyYZ6Pix0SR/l4tku7n27zpFHnp5kWzOSpD0l4GDV2/x12LKKvNf+Hbt79WH3frzfBvc+tkL"
    "/8oEfjbNNJ11vuiwU6nfn/AVwHe3YRoAy+/ADnze0/KV3+vsXU7DB9bVQGppcLtgu5L9TAZp48bf9dvgC1I7+Yz0"
    "MTtIhEQQt4oXACh3tJequaWCjhzvU5i8Hh362ciNO8he1N5J5aFP3/LoDrFIaqXUAxcmerYVyvIVn6ovBPfXz8wh"
    "R5LoHtVBrDZPkLmdJqSutOi//LQIdA1/hxmF12dXjHmFSmySzZ6tEVhXqK6rP7SHwK0pCMeycwO/KFoc7GEvP40D"
    "KdW6jL+F6F3GN22vvVIeH4kCAwEAAQ==";

// the bare 32 octets.
constexpr char ed25519[] = "jGk1s1lpEv/e9u8FT9Uu8/pUCUzAPwvw9yC7Y6iD7NQ=";

// in SubjectPublicKeyInfo, which RFC 8463 does not allow.
constexpr char ed25519_wrapped[] = "MCowBQYDK2VwAyEAjGk1s1lpEv/e9u8FT9Uu8/pUCUzAPwvw9yC7Y6iD7NQ=";

constexpr char ec_p256[] =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEasWqFEiP4D8i9lTMjWrxagt6YFHvEw0hYseYoexUWpqeaIGo5Y9c"
    "m1hDeT72DA2TbYou4X0tKCBBenrafghgDg==";

// a whole X.509 certificate.
constexpr char certificate[] =
    "MIIB9DCCAV2gAwIBAgIUGsuOHWfi1MiUB1dJiyJjTNp5XF4wDQYJKoZIhvcNAQELBQAwDDEKMAgGA1UEAwwBeDAe"
    "Fw0yNjExMjQwOTMzMDRaFw0yNjEyMDQwOTMzMDRaMAwxCjAIBgNVBAMMAXgwgZ8wDQYJKoZIhvcNAQEBBQADgY0A"
    "MIGJAoGBAL/yG1f1+cXlXYBhR4e8q4tQcdXjWUOyLYmKL5EQL+H7N98XbX/8tQBkcYE4Pr+W5ODWkBP3F96M7+cQ"
    "/PtKaHFV6fpUc/sjSNy5M1DC2/wmUsrvVS7xI7mHd8VIZhiSyhheO30nBzlbFYmNuchoCeev/7gZQWYRnkVPnEHW"
    "BrxpAgMBAAGjUzBRMB0GA1UdDgQWBBRe7d/RDoXTEzTWhLKaLs0dmj2fuDAfBgNVHSMEGDAWgBRe7d/RDoXTEzTW"
    "hLKaLs0dmj2fuDAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBABX4OjmTiY/sfzXFl7olU11beUtK"
    "aOfBLGz5LL1/RsTid1+N3X3duTGVhC+uC0bauhTXY/NvLTjqeYcJR1ywoeFfWorLP4DIZ0PypmZfR8UveXr4L9Ip"
    "ifFyMgAMOQ7BnkiZccH0yiKDiiOZDSRGWP0YueoYHeq1gHSBxXl2AZHs";

}  // namespace mailfleet::dkim::keys
