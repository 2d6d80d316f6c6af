"""The 办法 as tests: a file an article, a function a sentence. What it leaves open stands in `test_silence_*`."""
